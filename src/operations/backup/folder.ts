// Backups in a folder. One that is being written has a name that no command takes for a backup, and is its owner's alone from the
// first byte; it gets its own name when all of it is on the disk.
import { type FileHandle, mkdir, open, readdir, rename, rm, stat, statfs } from "node:fs/promises";
import { join } from "node:path";
import {
  BackupNotFound,
  type BackupPlace,
  newestFirst,
  NoSpaceError,
  type PlaceWriter,
  takenAtOf,
} from "./place.ts";
import { sizeText, texts } from "./texts.ts";

export function folderPlace(folder: string): BackupPlace {
  return {
    title: folder,
    async list() {
      const names = await readdir(folder).catch(emptyWhenAbsent);
      const found = await Promise.all(
        names.map(async (name) => {
          const takenAt = takenAtOf(name);
          if (!takenAt) return null;
          return { name, takenAt, bytes: (await stat(join(folder, name))).size };
        }),
      );
      return newestFirst(found.filter((backup) => backup !== null));
    },
    create: (name) => createIn(folder, name),
    async read(name) {
      if (takenAtOf(name) === null) throw new BackupNotFound(texts.notAName(name));
      return readBackupFile(join(folder, name));
    },
    async remove(name) {
      if (takenAtOf(name) === null) throw new BackupNotFound(texts.notAName(name));
      await rm(join(folder, name));
    },
    async sweep() {
      const names = await readdir(folder).catch(emptyWhenAbsent);
      for (const name of names.filter(isDraft)) await rm(join(folder, name), { force: true });
    },
  };
}

const draftOf = (name: string) => `.${name}.partial`;
const isDraft = (name: string) => /^\.weft-.*\.partial$/.test(name);

/** A backup wherever it lies. @throws {BackupNotFound} */
export async function readBackupFile(path: string): Promise<ReadableStream<Uint8Array>> {
  const handle = await open(path, "r").catch((cause: unknown) => {
    throw new BackupNotFound(texts.unreadableFile(path, reasonOf(cause)), { cause });
  });
  let isOpen = true;
  const close = async () => {
    if (isOpen) await handle.close();
    isOpen = false;
  };
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const chunk = Buffer.allocUnsafe(256 * 1024);
        const { bytesRead } = await handle.read(chunk, 0, chunk.length, null);
        if (bytesRead > 0) return controller.enqueue(chunk.subarray(0, bytesRead));
        controller.close();
      } catch (error) {
        controller.error(error);
      }
      await close();
    },
    cancel: close,
  });
}

async function createIn(folder: string, name: string): Promise<PlaceWriter> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const draft = join(folder, draftOf(name));
  const handle = await open(draft, "wx", 0o600);
  let bytes = 0;
  let isFull = false;
  const discard = async () => {
    await handle.close().catch(() => undefined); // closed already, or the disk is gone: the file goes all the same
    await rm(draft, { force: true });
  };
  return {
    async write(chunk) {
      bytes += chunk.length;
      if (isFull) return;
      try {
        await writeAll(handle, chunk);
      } catch (error) {
        if (!isNoSpace(error)) throw error;
        // The rest is only counted, so that the operator hears how much space it takes; what was written is given back at once.
        isFull = true;
        await discard();
      }
    },
    async commit() {
      if (!isFull) {
        try {
          await handle.sync();
          await handle.close();
          await rename(draft, join(folder, name));
          return await syncFolder(folder);
        } catch (error) {
          await discard();
          if (!isNoSpace(error)) throw error;
        }
      }
      const { bavail, bsize } = await statfs(folder);
      throw new NoSpaceError(texts.noSpace(folder, sizeText(bytes), sizeText(bavail * bsize)));
    },
    abort: discard,
  };
}

async function writeAll(handle: FileHandle, chunk: Uint8Array): Promise<void> {
  for (let at = 0; at < chunk.length;) {
    const { bytesWritten } = await handle.write(chunk, at, chunk.length - at);
    at += bytesWritten;
  }
}

/** The new name must survive a power cut as the contents do. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

const codeOf = (error: unknown): unknown =>
  error instanceof Error ? Reflect.get(error, "code") : undefined;
const isNoSpace = (error: unknown) => ["ENOSPC", "EDQUOT", "EFBIG"].includes(String(codeOf(error)));
const reasonOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

function emptyWhenAbsent(error: unknown): string[] {
  if (codeOf(error) === "ENOENT") return [];
  throw error;
}
