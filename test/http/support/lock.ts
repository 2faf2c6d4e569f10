// Files that hold what must not change unseen. `UPDATE=1 bun test <file>` writes them anew.
import { join } from "node:path";

const testFolder = join(import.meta.dir, "../..");

/** Whether this run may write the files. */
export const mayUpdate = Bun.env["UPDATE"] === "1";

/** The lines of a lock, in order; with UPDATE=1 it is written with `lines` first. Comments (#) are not part of it. */
export async function lockedLines(path: string, lines: readonly string[]): Promise<string[]> {
  const file = Bun.file(join(testFolder, path));
  const known = (await file.exists()) ? (await file.text()).split("\n") : [];
  const comments = known.filter((line) => line.startsWith("#"));
  if (mayUpdate) {
    await file.write(`${[...comments, ...lines.toSorted()].join("\n")}\n`);
    return lines.toSorted();
  }
  return known.filter((line) => line !== "" && !line.startsWith("#"));
}
