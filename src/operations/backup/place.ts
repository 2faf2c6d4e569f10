// Where archives are kept, and what their names say.
import { randomBytes } from "node:crypto";

export interface StoredBackup {
  readonly name: string;
  readonly bytes: number;
  /** When it was begun, from its name. */
  readonly takenAt: Date;
}

export interface PlaceWriter {
  write(chunk: Uint8Array): Promise<void>;
  /** From here on the backup is there, whole. @throws {NoSpaceError} when it did not fit: then nothing is left of it. */
  commit(): Promise<void>;
  /** Nothing is left of it. */
  abort(): Promise<void>;
}

export interface BackupPlace {
  /** A folder, or an endpoint with its bucket. */
  readonly title: string;
  /** Whole backups, the newest first. */
  list(): Promise<StoredBackup[]>;
  create(name: string): Promise<PlaceWriter>;
  /** @throws {BackupNotFound} */
  read(name: string): Promise<ReadableStream<Uint8Array>>;
  remove(name: string): Promise<void>;
  /** Removes what killed runs have left. Only one backup is made at a time, so none of it is in use. */
  sweep(): Promise<void>;
}

export class BackupNotFound extends Error {
  override readonly name = "BackupNotFound";
}

/** Another run of the same command is at work on this database. */
export class BusyError extends Error {
  override readonly name = "BusyError";
}

/** The backup did not fit. How large it is is known all the same: it was counted to its end. */
export class NoSpaceError extends Error {
  override readonly name = "NoSpaceError";
}

/** `weft-20261126T033000Z-1f2e3d4c.tar.zst.age`: in the order of time, and never twice the same. */
export const newBackupName = (now: Date): string =>
  `weft-${now.toISOString().replace(/[-:]|\.\d+/g, "")}-${randomBytes(4).toString("hex")}${ending}`;

const ending = ".tar.zst.age";

/** When the backup of this name was begun; null for a name that is not one of ours. */
export function takenAtOf(name: string): Date | null {
  const parts = /^weft-(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z-[0-9a-f]{8}\.tar\.zst\.age$/.exec(
    name,
  );
  if (!parts) return null;
  const [, year, month, day, hour, minute, second] = parts;
  const at = new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  return Number.isNaN(at.getTime()) ? null : at;
}

export const newestFirst = (backups: readonly StoredBackup[]): StoredBackup[] =>
  backups.toSorted(
    (a, b) => b.takenAt.getTime() - a.takenAt.getTime() || b.name.localeCompare(a.name),
  );
