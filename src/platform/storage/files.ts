// Files of a tenant: a row that says where the contents are and what they must be, and the contents in a backend.
// Storing takes three steps, so that nothing is lost track of whenever a process is killed: a pending row, the object, and the
// caller's own transaction, which keeps the file together with whatever refers to it. The sweep (sweep.ts) removes what was left.
import { sql } from "kysely";
import type { FileId } from "#src/ids.ts";
import type { TenantDb, TenantScope } from "../db/database.ts";
import { DomainError } from "../errors.ts";
import { bytesOf, type Facts, measured, verified } from "./content.ts";
import { fileDamaged, fileNotFound, storageUnavailable } from "./errors.ts";
import { type BackendKind, type Content, newKey, type Storage } from "./storage.ts";
import { texts } from "./texts.ts";

export interface NewFile {
  /** `branding.logo`: which capability the file belongs to. */
  readonly purpose: string;
  readonly mediaType: string;
  readonly content: Content;
  readonly maxBytes: number;
}

/** A file whose contents are stored, but which is nobody's yet: `keepFile` makes it so. */
export interface StoredFile extends Facts {
  readonly id: FileId;
}

/** A file as its row describes it. */
export interface FileRow extends Facts {
  readonly id: FileId;
  readonly backend: BackendKind;
  readonly key: string;
  readonly mediaType: string;
}

/** A file that is being read. `content` fails at its end with {fileDamaged} when it is not what was stored. */
export interface OpenFile {
  readonly mediaType: string;
  readonly sizeBytes: number;
  readonly content: AsyncIterable<Uint8Array>;
}

/**
 * Stores contents ahead of the transaction that keeps them. Without that transaction, the sweep removes them after a day.
 * @throws {fileTooLarge} @throws {storageUnavailable} nothing is left then
 */
export async function storeFile(
  storage: Storage,
  tenant: TenantScope,
  file: NewFile,
): Promise<StoredFile> {
  const backend = storage.current;
  const key = newKey(tenant.id);
  const { purpose, mediaType: media_type } = file;
  const { id } = await tenant.write((db) =>
    db
      .insertInto("files")
      .values({ backend: backend.kind, key, purpose, media_type })
      .returning("id")
      .executeTakeFirstOrThrow(),
  );
  const { content, facts } = measured(file.content, file.maxBytes);
  try {
    await backend.put(key, content);
  } catch (error) {
    await forget(storage, tenant, { id, backend: backend.kind, key }).catch(() => undefined); // the sweep tries again
    throw error instanceof DomainError ? error : storageUnavailable({}, error);
  }
  return { id, ...facts() };
}

/** Makes a stored file part of the caller's change. @throws when it is not there to be kept: the change must not happen either. */
export async function keepFile(db: TenantDb, { id, sha256, sizeBytes }: StoredFile): Promise<void> {
  const kept = await db
    .updateTable("files")
    .set({ state: "kept", sha256: Buffer.from(sha256, "hex"), size_bytes: sizeBytes })
    .where("id", "=", id)
    .where("state", "=", "pending")
    .executeTakeFirst();
  if (kept.numUpdatedRows !== 1n) throw new Error("a file was kept that is not stored");
}

/** From this transaction on the file is gone for readers; the next sweep removes its contents. */
export async function discardFile(db: TenantDb, id: FileId): Promise<void> {
  await db
    .updateTable("files")
    .set({ state: "discarded" })
    .where("id", "=", id)
    .where("state", "=", "kept")
    .execute();
}

/** Opens a file in the backend that its row names. @throws {fileNotFound} @throws {fileDamaged} @throws {storageUnavailable} */
export async function openFile(
  storage: Storage,
  tenant: TenantScope,
  id: FileId,
): Promise<OpenFile> {
  let row = await tenant.read((db) => keptFile(db, id));
  let content = await contentOf(storage, row);
  if (!content) {
    // It may have been moved to the other backend in between.
    const [before, after] = [row.key, await tenant.read((db) => keptFile(db, id))];
    row = after;
    content = after.key === before ? null : await contentOf(storage, after);
  }
  if (!content) throw fileDamaged({}, new Error(texts.missing));
  const { mediaType, sizeBytes } = row;
  return { mediaType, sizeBytes, content: verified(content, row) };
}

/** A small file as a whole. @throws {fileNotFound} @throws {fileDamaged} @throws {storageUnavailable} */
export async function readFile(storage: Storage, tenant: TenantScope, id: FileId): Promise<Buffer> {
  const { content, sizeBytes } = await openFile(storage, tenant, id);
  try {
    return await bytesOf(content, sizeBytes);
  } catch (error) {
    throw error instanceof DomainError ? error : storageUnavailable({}, error);
  }
}

async function contentOf(storage: Storage, { backend, key }: FileRow) {
  const from = storage.backend(backend);
  try {
    return await from.get(key);
  } catch (error) {
    throw storageUnavailable({}, error);
  }
}

/** A kept file's row. @throws {fileNotFound} */
async function keptFile(db: TenantDb, id: FileId): Promise<FileRow> {
  const row = await keptFiles(db).where("id", "=", id).executeTakeFirst();
  if (!row) throw fileNotFound();
  return toFileRow(row);
}

/** Rows of kept files, as `toFileRow` reads them. */
export const keptFiles = (db: TenantDb) =>
  db
    .selectFrom("files")
    .select(["id", "backend", "key", "media_type", "sha256", "size_bytes"])
    .where("state", "=", "kept");

type Selected = Awaited<ReturnType<ReturnType<typeof keptFiles>["execute"]>>[number];

export function toFileRow({ id, backend, key, media_type, sha256, size_bytes }: Selected): FileRow {
  if (sha256 === null || size_bytes === null) throw new Error("a kept file is not whole");
  return {
    id,
    backend,
    key,
    mediaType: media_type,
    sha256: sha256.toString("hex"),
    sizeBytes: Number(size_bytes),
  };
}

/** Removes an object and then its row, which is not kept (any more). */
export async function forget(
  storage: Storage,
  tenant: TenantScope,
  { id, backend, key }: Pick<FileRow, "id" | "backend" | "key">,
): Promise<void> {
  await storage.backend(backend).delete(key);
  await tenant.write((db) =>
    db.deleteFrom("files").where("id", "=", id).where("state", "<>", sql.lit("kept")).execute(),
  );
}
