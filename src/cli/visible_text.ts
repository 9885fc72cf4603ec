const ESCAPES: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

/** A message as one line: the name of a file may hold what would break it, move the cursor or change colours. */
export function visibleText(message: string): string {
  return message.replace(
    /\p{Control}/gu,
    (letter) => ESCAPES[letter] ?? `\\x${letter.charCodeAt(0).toString(16).padStart(2, "0")}`,
  );
}
