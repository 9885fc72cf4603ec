/**
 * What each worker of a text run loads: the kernels, files and nothing else, since a worker's start is a good part of
 * what a short run takes. Bundlers and `deno compile` need it as an entry of its own.
 * @module
 */
import { serveCrew } from "./serve_crew.ts";

serveCrew();
