/** Prints figures by measure, or by contestant and measure, as a line of JSON. */
export function print(
  figures: Readonly<{ [name: string]: number | Readonly<{ [measure: string]: number }> }>,
): void {
  console.log(JSON.stringify(figures));
}
