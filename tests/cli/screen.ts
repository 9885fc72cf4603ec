/** A row of a terminal. */
interface Row {
  letters: string[];
  /** Whether the next row goes on with its line. */
  isBroken: boolean;
}

/** What a terminal shows of what is written to it, with ␛ as the escape: as much of one as a progress display needs. */
export class Screen {
  #columns: number;
  #rows: Row[] = [{ letters: [], isBroken: false }];
  #row = 0;
  #column = 0;
  #wraps = true;

  constructor(columns: number) {
    this.#columns = columns;
  }

  /** What is shown, row by row. */
  get rows(): string[] {
    return this.#rows.map(({ letters }) => letters.join("").trimEnd());
  }

  write(text: string): void {
    for (const [part] of text.matchAll(/␛[78]|␛\[[?\d;]*[A-Za-z]|[^]/gu)) {
      if (part === "\n") this.#newLine();
      else if (part === "\r") this.#column = 0;
      else if (part.startsWith("␛[")) this.#control(part.slice(2, -1), part.at(-1)!);
      else if (part.length > 0 && !part.startsWith("␛")) this.#put(part);
    }
  }

  /** Gives it other columns; lines are broken anew, with the cursor where it was in its line. */
  resize(columns: number): void {
    const before = this.#rows;
    let cursor = { line: 0, offset: 0 };
    const lines: string[][] = [[]];
    for (const [index, { letters, isBroken }] of before.entries()) {
      const line = lines.at(-1)!;
      if (index === this.#row) cursor = { line: lines.length - 1, offset: line.length + this.#column };
      line.push(...letters);
      if (!isBroken && index < before.length - 1) lines.push([]);
    }
    this.#rows = [];
    this.#columns = columns;
    for (const [index, line] of lines.entries()) {
      const first = this.#rows.length;
      for (let at = 0; at === 0 || at < line.length; at += columns) {
        this.#rows.push({ letters: line.slice(at, at + columns), isBroken: at + columns < line.length });
      }
      if (index !== cursor.line) continue;
      const row = Math.min(Math.floor(cursor.offset / columns), this.#rows.length - 1 - first);
      this.#row = first + row;
      this.#column = Math.min(cursor.offset - row * columns, columns - 1);
    }
  }

  #control(argument: string, kind: string): void {
    const number = Number(argument || "0");
    const { letters } = this.#rows[this.#row]!;
    if (kind === "A") this.#row = Math.max(0, this.#row - Math.max(1, number));
    else if (kind === "G") this.#column = Math.max(1, number) - 1;
    else if (kind === "K") {
      this.#rows[this.#row] = { letters: number === 2 ? [] : letters.slice(0, this.#column), isBroken: false };
    } else if (kind === "J") {
      this.#rows[this.#row] = { letters: letters.slice(0, this.#column), isBroken: false };
      this.#rows.length = this.#row + 1;
    } else if (argument === "?7") this.#wraps = kind === "h";
    else if (!argument.startsWith("?")) throw new Error(`A terminal of this test knows no ${argument}${kind}`);
  }

  #newLine(): void {
    this.#row++;
    if (this.#row === this.#rows.length) this.#rows.push({ letters: [], isBroken: false });
  }

  #put(letter: string): void {
    if (this.#column === this.#columns) {
      if (this.#wraps) {
        this.#rows[this.#row]!.isBroken = true;
        this.#newLine();
        this.#column = 0;
      } else this.#column--;
    }
    const { letters } = this.#rows[this.#row]!;
    while (letters.length < this.#column) letters.push(" ");
    letters[this.#column++] = letter;
  }
}
