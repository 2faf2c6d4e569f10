// What a backup says about itself: the first entry of the archive, and the last.
import { z } from "zod";
import { ArchiveError } from "./archive.ts";
import { KeyCheck } from "./keys.ts";

export const manifestName = "manifest.json";
export const totalsName = "totals.json";

const Column = z.string();
export const TableEntry = z.object({
  /** Schema and name: `app.users`. */
  name: z.string(),
  /** Without those that the database computes. */
  columns: z.array(Column),
});
export type TableEntry = z.infer<typeof TableEntry>;

export const Manifest = z.object({
  format: z.literal(1),
  /** When the snapshot was taken, by the database's clock. */
  takenAt: z.iso.datetime(),
  /** The WeftID that wrote it. */
  version: z.string(),
  database: z.string(),
  serverVersion: z.string(),
  migrations: z.array(z.object({ version: z.string(), checksum: z.string() })),
  keyCheck: KeyCheck,
  tables: z.array(TableEntry),
  sequences: z.array(z.object({ name: z.string(), lastValue: z.string(), isCalled: z.boolean() })),
});
export type Manifest = z.infer<typeof Manifest>;

export const Totals = z.object({
  /** Rows by table. */
  rows: z.record(z.string(), z.int()),
  files: z.int(),
  fileBytes: z.int(),
  /** Files that the storage had no more, or not as they were stored: by key. */
  missingFiles: z.array(z.string()),
});
export type Totals = z.infer<typeof Totals>;

/** Rows of one table, in pieces of at most a few megabytes: `tables/app.users/00000000.copy`, in the text format of COPY. */
export const pieceName = (table: string, piece: number): string =>
  `tables/${table}/${String(piece).padStart(8, "0")}.copy`;

export const tableOfPiece = (name: string): string | null =>
  /^tables\/([a-z0-9_.]+)\/\d{8}\.copy$/.exec(name)?.[1] ?? null;

export const fileName = (backend: string, key: string): string => `files/${backend}/${key}`;

export const fileOfName = (name: string): { backend: string; key: string } | null => {
  const [, backend = "", key = ""] = /^files\/([a-z]+)\/(.+)$/.exec(name) ?? [];
  return key === "" ? null : { backend, key };
};

/** @throws {ArchiveError} for what no release of this format has written */
export function parsed<T>(schema: z.ZodType<T>, bytes: Uint8Array, name: string): T {
  try {
    return schema.parse(JSON.parse(Buffer.from(bytes).toString()));
  } catch (cause) {
    throw new ArchiveError(`${name} cannot be read: this backup is of another format`, { cause });
  }
}
