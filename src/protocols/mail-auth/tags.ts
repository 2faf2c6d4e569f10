// Lists of `name=value` pairs with semicolons between them, as DKIM and DMARC write them (RFC 6376 §3.2).

export interface TagList {
  readonly tags: ReadonlyMap<string, string>;
  /** The names in the order they stand. */
  readonly order: readonly string[];
  /** Pieces that are no pair, and names that stand twice. */
  readonly problems: readonly string[];
}

/** Names are as they are written; white space around names and values does not count. */
export function parseTags(text: string): TagList {
  const tags = new Map<string, string>();
  const problems: string[] = [];
  for (const piece of text.split(";")) {
    if (piece.trim() === "") continue;
    const match = /^\s*([A-Za-z][A-Za-z0-9_]*)\s*=\s*([^]*?)\s*$/.exec(piece);
    if (!match) {
      problems.push(`"${piece.trim()}" is not name=value`);
      continue;
    }
    const [, name = "", value = ""] = match;
    if (tags.has(name)) problems.push(`${name}= stands twice`);
    else tags.set(name, value);
  }
  return { tags, order: [...tags.keys()], problems };
}
