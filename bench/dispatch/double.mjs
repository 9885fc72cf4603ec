/** The function of this project's pool: like the workers of the others, a module that imports nothing. */
export function double(x) {
  return 2 * x;
}
