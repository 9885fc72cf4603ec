import { ThreadWorker } from "poolifier";

export default new ThreadWorker((x) => 2 * x);
