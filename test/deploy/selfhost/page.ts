// The shell blocks of deploy/README.md, by heading. A block that nobody has run at the end is a failure of its own.
import { readFileSync } from "node:fs";
import { must, type RunOptions } from "./shell.ts";

interface Block {
  readonly heading: string;
  readonly language: string;
  readonly text: string;
  readonly line: number;
  isUsed: boolean;
}

export interface Page {
  /** The text of the block number `nth` (from 0) below a heading, of any language. */
  block(heading: string, nth?: number): string;
  /** Runs it in a shell. @throws {Error} when it fails */
  runBlock(heading: string, nth?: number, options?: RunOptions): Promise<string>;
  /** Shell blocks that were not asked for. */
  unused(): readonly string[];
}

/** Reads the page. */
export function readPage(path: string): Page {
  const blocks: Block[] = [];
  let heading = "";
  let open: { language: string; lines: string[]; line: number; indent: number } | null = null;
  for (const [at, line] of readFileSync(path, "utf8").split("\n").entries()) {
    const fence = /^( *)```(.*)$/.exec(line);
    if (open && fence) {
      const { language, lines, line: from } = open;
      blocks.push({ heading, language, text: lines.join("\n"), line: from, isUsed: false });
      open = null;
    } else if (open) {
      open.lines.push(line.slice(open.indent));
    } else if (fence) {
      const [, indent = "", language = ""] = fence;
      open = { language, lines: [], line: at + 1, indent: indent.length };
    } else if (/^#+ /.test(line)) {
      heading = line.replace(/^#+ /, "");
    }
  }

  const block = (name: string, nth = 0): string => {
    const found = blocks.filter((candidate) => candidate.heading === name)[nth];
    if (!found) throw new Error(`the page has no block ${nth} below "${name}"`);
    found.isUsed = true;
    return found.text;
  };
  return {
    block,
    runBlock: (name, nth = 0, options = {}) => must(block(name, nth), options),
    unused: () =>
      blocks
        .filter(({ language, isUsed }) => /^(sh|yaml)\b/.test(language) && !isUsed)
        .map(({ heading: below, line }) => `${below} (line ${line})`),
  };
}
