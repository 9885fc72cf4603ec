/** One reference of a module to another: an import, an export, a dynamic import, or `new URL("…", import.meta.url)`. */
export interface Reference {
  readonly specifier: string;
  readonly line: number;
}

/** What the layer check wants to know of one module's text. */
export interface ModuleScan {
  readonly references: readonly Reference[];
  /** Every use of a name as a value or type: no property names, no object keys, no strings, no comments. */
  readonly names: readonly { readonly name: string; readonly line: number }[];
}

interface Token {
  readonly kind: "name" | "string" | "mark";
  readonly text: string;
  readonly line: number;
}

const tokenPattern = /\s+|\/\/[^\n]*|\/\*[\s\S]*?\*\/|[\p{ID_Start}$_#][\p{ID_Continue}$\u200c\u200d]*|\d[\w.]*/uy;
const stringPattern = /"(?:[^"\\\n]|\\[\s\S])*"|'(?:[^'\\\n]|\\[\s\S])*'/y;
const regexPattern = /\/(?:[^/\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/[a-z]*/y;
const keywordsBeforeValue = new Set([
  "return",
  "typeof",
  "case",
  "in",
  "of",
  "delete",
  "void",
  "throw",
  "await",
  "yield",
]);

/** Reads references and names from the text of a TypeScript module, without a compiler. */
export function scanModule(text: string): ModuleScan {
  const tokens = tokenize(text);
  const references: Reference[] = [];
  const names: { name: string; line: number }[] = [];
  const textAt = (index: number): string | undefined => tokens[index]?.text;
  for (const [index, token] of tokens.entries()) {
    if (token.kind === "string") {
      if (isReference(textAt, index)) references.push({ specifier: token.text, line: token.line });
      else if (textAt(index - 1) === "[" && textAt(index - 2) === "globalThis") {
        names.push({ name: token.text, line: token.line });
      }
    } else if (token.kind === "name") {
      const before = textAt(index - 1);
      const isProperty = before === "." && textAt(index - 2) !== "globalThis";
      const after = textAt(index + 1);
      const isKey = (after === ":" && before !== "?") || (after === "?" && textAt(index + 2) === ":");
      if (!isProperty && !isKey) names.push({ name: token.text, line: token.line });
    }
  }
  return { references, names };
}

function isReference(textAt: (index: number) => string | undefined, index: number): boolean {
  const before = textAt(index - 1);
  if (before === "from" || before === "import") return true;
  if (before !== "(") return false;
  if (textAt(index - 2) === "import") return true;
  const isImportMetaUrl = [",", "import", ".", "meta", ".", "url"].every((text, at) => textAt(index + 1 + at) === text);
  return textAt(index - 3) === "new" && textAt(index - 2) === "URL" && isImportMetaUrl;
}

function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  // For each open template literal: how many braces of its current `${…}` are open.
  const templates: number[] = [];
  let line = 1;
  let at = 0;
  const take = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    const found = pattern.exec(text)?.[0];
    if (found === undefined) return undefined;
    at += found.length;
    line += found.split("\n").length - 1;
    return found;
  };
  const push = (kind: Token["kind"], content: string): void => {
    tokens.push({ kind, text: content, line });
  };
  const takeTemplatePart = (): void => {
    while (at < text.length) {
      const character = text[at++];
      if (character === "\n") line += 1;
      if (character === "\\") at += 1;
      if (character === "`") return;
      if (character === "$" && text[at] === "{") {
        at += 1;
        templates.push(1);
        return;
      }
    }
  };
  while (at < text.length) {
    const character = text[at] ?? "";
    if (character === '"' || character === "'") {
      const literal = take(stringPattern);
      if (literal === undefined) throw new SyntaxError(`Unterminated string in line ${line}`);
      push("string", literal.slice(1, -1));
      continue;
    }
    const plain = take(tokenPattern);
    if (plain !== undefined) {
      if (/^[\p{ID_Start}$_#]/u.test(plain)) push("name", plain);
      else if (/^\d/.test(plain)) push("mark", plain);
      continue;
    }
    if (character === "/" && startsValue(tokens.at(-1)) && take(regexPattern) !== undefined) {
      push("mark", "regex");
      continue;
    }
    at += 1;
    if (character === "`") {
      takeTemplatePart();
      push("mark", "template");
      continue;
    }
    push("mark", character);
    const depth = templates.at(-1);
    if (depth === undefined) continue;
    if (character === "{") templates[templates.length - 1] = depth + 1;
    if (character === "}") {
      templates[templates.length - 1] = depth - 1;
      if (depth === 1) {
        templates.pop();
        takeTemplatePart();
      }
    }
  }
  return tokens;
}

/** Whether a value may follow this token, so that a slash starts a regular expression and is no division. */
function startsValue(token: Token | undefined): boolean {
  if (token === undefined) return true;
  if (token.kind === "string") return false;
  if (token.kind === "name") return keywordsBeforeValue.has(token.text);
  return !/^(?:[)\]}]|\d.*|regex|template)$/.test(token.text);
}
