// Moving files to the backend that is configured now (`weft storage migrate`). Killed at any moment, every file is still readable,
// nothing is lost track of, and another run goes on.
import type { Actor } from "#src/actor.ts";
import type { FileId } from "#src/ids.ts";
import { record } from "../audit/record.ts";
import type { TenantDb, TenantScope } from "../db/database.ts";
import { verified } from "./content.ts";
import { fileDamaged, reasonOf } from "./errors.ts";
import { fileMoved } from "./events.ts";
import { type FileRow, forget, keptFiles, toFileRow } from "./files.ts";
import { newKey, type Storage } from "./storage.ts";
import { texts } from "./texts.ts";

export interface Elsewhere {
  readonly files: number;
  readonly bytes: number;
}

/** How many files of a tenant are not in the current backend. */
export async function countElsewhere(storage: Storage, db: TenantDb): Promise<Elsewhere> {
  const row = await db
    .selectFrom("files")
    .select((one) => [one.fn.countAll().as("files"), one.fn.sum("size_bytes").as("bytes")])
    .where("state", "=", "kept")
    .where("backend", "<>", storage.current.kind)
    .executeTakeFirstOrThrow();
  return { files: Number(row.files), bytes: Number(row.bytes ?? 0) };
}

export interface Moved {
  moved: number;
  bytes: number;
  /** A file's id and why it stays where it is. */
  readonly failed: { readonly id: FileId; readonly reason: string }[];
}

const batchMost = 100;

/** Moves every file of a tenant that is in the other backend. A file that cannot be moved stays as it is and is named. */
export async function moveFiles(
  storage: Storage,
  tenant: TenantScope,
  actor: Actor,
): Promise<Moved> {
  const outcome: Moved = { moved: 0, bytes: 0, failed: [] };
  for (let after: FileId | null = null; ;) {
    const rows: FileRow[] = await tenant.read((db) => elsewhere(storage, db, after));
    for (const row of rows) {
      try {
        await moveFile(storage, tenant, actor, row);
        outcome.moved += 1;
        outcome.bytes += row.sizeBytes;
      } catch (error) {
        const cause = error instanceof Error && error.cause ? error.cause : error;
        outcome.failed.push({ id: row.id, reason: reasonOf(cause) });
      }
    }
    after = rows.at(-1)?.id ?? null;
    if (rows.length < batchMost) return outcome;
  }
}

async function elsewhere(storage: Storage, db: TenantDb, after: FileId | null) {
  const rows = await keptFiles(db)
    .where("backend", "<>", storage.current.kind)
    .$if(after !== null, (query) => query.where("id", ">", after))
    .orderBy("id")
    .limit(batchMost)
    .execute();
  return rows.map(toFileRow);
}

/** Copy, read the copy back, switch the row, delete the source: each step is known to a row before it is done. */
async function moveFile(
  storage: Storage,
  tenant: TenantScope,
  actor: Actor,
  row: FileRow,
): Promise<void> {
  const { current } = storage;
  const source = await storage.backend(row.backend).get(row.key);
  if (!source) throw fileDamaged({}, new Error(texts.missing));
  const copy = { backend: current.kind, key: newKey(tenant.id) };
  const place = { purpose: "storage.move", media_type: row.mediaType };
  const { id: copyId } = await tenant.write((db) =>
    db
      .insertInto("files")
      .values({ ...copy, ...place })
      .returning("id")
      .executeTakeFirstOrThrow(),
  );
  try {
    await current.put(copy.key, verified(source, row));
    const written = await current.get(copy.key);
    if (!written) throw fileDamaged({}, new Error(texts.missing));
    for await (const _ of verified(written, row));
  } catch (error) {
    await forget(storage, tenant, { id: copyId, ...copy }).catch(() => undefined); // the sweep tries again
    throw error;
  }
  const sourceId = await tenant.write(async (db) => {
    await db.deleteFrom("files").where("id", "=", copyId).executeTakeFirstOrThrow();
    const switched = await db
      .updateTable("files")
      .set(copy)
      .where("id", "=", row.id)
      .where("key", "=", row.key)
      .where("state", "=", "kept")
      .executeTakeFirst();
    if (switched.numUpdatedRows !== 1n) throw new Error(texts.changedMeanwhile);
    const { backend: from, sizeBytes } = row;
    await record(db, actor, fileMoved, { fileId: row.id, from, to: current.kind, sizeBytes });
    const { id } = await db
      .insertInto("files")
      .values({ backend: from, key: row.key, ...place, state: "discarded" })
      .returning("id")
      .executeTakeFirstOrThrow();
    return id;
  });
  await forget(storage, tenant, { id: sourceId, backend: row.backend, key: row.key }).catch(
    () => undefined, // the file is moved; the sweep tries again
  );
}
