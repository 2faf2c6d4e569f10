// How much is kept where.
import type { TenantDb } from "../db/database.ts";
import type { BackendKind } from "./storage.ts";

export interface FilesCount {
  readonly backend: BackendKind;
  /** `kept` files are readable; the others wait for their transaction or for the sweep. */
  readonly state: "pending" | "kept" | "discarded";
  readonly files: number;
  readonly bytes: number;
}

/** A tenant's files by backend and state: at most six rows. */
export async function countFiles(db: TenantDb): Promise<FilesCount[]> {
  const rows = await db
    .selectFrom("files")
    .select((one) => [
      "backend",
      "state",
      one.fn.countAll().as("files"),
      one.fn.sum("size_bytes").as("bytes"),
    ])
    .groupBy(["backend", "state"])
    .execute();
  return rows.map(({ files, bytes, ...rest }) => ({
    ...rest,
    files: Number(files),
    bytes: Number(bytes ?? 0),
  }));
}
