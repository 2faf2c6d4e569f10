// Finds one statement in a file of many: only to say which one failed. The server gets the file as a whole.

export interface Statement {
  /** Offset of its first character, and of the one behind its last. */
  readonly start: number;
  readonly end: number;
}

const token =
  /--[^\n]*|(?<dollar>\$(?:[a-z_]\w*)?\$)[^]*?\k<dollar>|\be'(?:[^'\\]|\\[^]|'')*'|'(?:[^']|'')*'|"(?:[^"]|"")*"|(?<word>[a-z_][\w$]*)|(?<comment>\/\*)|(?<blank>\s+)|[^]/giy;

/** The statements of a file of SQL, in order. Comments and blanks around them belong to none. */
export function statementsOf(text: string): Statement[] {
  const found: Statement[] = [];
  let start = -1;
  let parentheses = 0;
  let blocks = 0; // begin atomic … end, and case … end within
  let lastWord = "";
  token.lastIndex = 0;
  for (let match = token.exec(text); match; match = token.exec(text)) {
    const [piece] = match;
    const { comment, blank, word } = match.groups ?? {};
    if (comment) token.lastIndex = endOfComment(text, match.index);
    if (comment || blank || piece.startsWith("--")) continue;
    if (piece === ";" && parentheses === 0 && blocks === 0) {
      if (start >= 0) found.push({ start, end: match.index });
      start = -1;
      continue;
    }
    if (start < 0) start = match.index;
    if (piece === "(") parentheses++;
    if (piece === ")") parentheses--;
    const keyword = word?.toLowerCase() ?? "";
    if (keyword === "atomic" && lastWord === "begin") blocks++;
    if (blocks > 0 && keyword === "case") blocks++;
    if (blocks > 0 && keyword === "end") blocks--;
    lastWord = keyword;
  }
  if (start >= 0) found.push({ start, end: text.trimEnd().length });
  return found;
}

/** Behind a block comment; these nest. */
function endOfComment(text: string, start: number): number {
  let depth = 0;
  const mark = /\/\*|\*\//g;
  mark.lastIndex = start;
  for (let match = mark.exec(text); match; match = mark.exec(text)) {
    depth += match[0] === "/*" ? 1 : -1;
    if (depth === 0) return mark.lastIndex;
  }
  return text.length;
}
