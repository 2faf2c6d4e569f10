// The migrations that this release knows, in their order, each with the hash of its text.
import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { statementsOf } from "./statements.ts";
import { texts } from "./texts.ts";

/** `sql/` of this checkout or image. */
export const sqlFolder = join(import.meta.dir, "../../../../sql");

export interface MigrationFile {
  /** The file's name without `.sql`: `0003_people`. */
  readonly version: string;
  /** As an operator finds it: `sql/migrations/0003_people.sql`. */
  readonly path: string;
  readonly text: string;
  /** SHA-256 of the file, hex. */
  readonly checksum: string;
  /**
   * From its header, `-- Serves: 0007 and later`: releases whose newest migration has this number or a later one work on the
   * schema with this one. Null for `-- Serves: none`, and without the line.
   */
  readonly compatibleFrom: string | null;
}

/** Every migration below `folder`, by number. */
export async function readMigrations(folder = sqlFolder): Promise<MigrationFile[]> {
  const names = (await readdir(join(folder, "migrations"))).toSorted();
  for (const [at, name] of names.entries()) {
    if (!/^\d{4}_[a-z0-9_]+\.sql$/.test(name)) throw new Error(texts.badFileName(name));
    const previous = names[at - 1];
    if (previous?.slice(0, 4) === name.slice(0, 4)) throw new Error(texts.twice(previous, name));
  }
  return Promise.all(
    names.map(async (name) => {
      const text = await readFile(join(folder, "migrations", name), "utf8");
      // The runner's transaction is what keeps a failed file from leaving a part of itself.
      if (endsTransaction(text)) throw new Error(texts.endsTransaction(name));
      return {
        version: name.replace(/\.sql$/, ""),
        path: `sql/migrations/${name}`,
        text,
        checksum: createHash("sha256").update(text).digest("hex"),
        compatibleFrom: compatibleFrom(name, text),
      };
    }),
  );
}

const endsTransaction = (text: string): boolean =>
  statementsOf(text).some(({ start, end }) =>
    /^(begin|start|commit|end|rollback|abort|prepare|savepoint|release)\b/i.test(
      text.slice(start, end),
    ),
  );

function compatibleFrom(name: string, text: string): string | null {
  const line = /^-- Serves:.*$/m.exec(text)?.[0].trimEnd();
  if (line === undefined || line === "-- Serves: none") return null;
  const number = /^-- Serves: (\d{4}) and later$/.exec(line)?.[1];
  if (number === undefined) throw new Error(texts.badServes(name));
  if (number >= name.slice(0, 4)) throw new Error(texts.servesItself(name));
  return number;
}
