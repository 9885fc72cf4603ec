import workerpool from "workerpool";

workerpool.worker({ double: (x) => 2 * x });
