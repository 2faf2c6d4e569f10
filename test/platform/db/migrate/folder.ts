// Folders of migrations made for a test: what a release knows, and what another one knows.
import { afterAll } from "bun:test";
import { cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sqlFolder } from "#platform/db/migrate/files.ts";

/** A folder with our roles.sql and these files below migrations/. */
export async function migrations(files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "weft-test-sql-"));
  afterAll(() => rm(folder, { recursive: true, force: true }));
  await mkdir(join(folder, "migrations"));
  await cp(join(sqlFolder, "roles.sql"), join(folder, "roles.sql"));
  for (const [name, text] of Object.entries(files)) {
    await writeFile(join(folder, "migrations", name), text);
  }
  return folder;
}
