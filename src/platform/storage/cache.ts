// Small files that are asked for again and again, such as logos: a few stay in memory. Contents of an id never change.
import type { FileId } from "#src/ids.ts";
import type { TenantScope } from "../db/database.ts";
import { readFile } from "./files.ts";
import type { Storage } from "./storage.ts";

const rememberedMaxBytes = 16 * 1024 * 1024;

/** Reads files through a memory of at most 16 MiB, the least recently used leave first. Whether a file may be read, the caller asks. */
export function createFileCache(storage: Storage) {
  const remembered = new Map<string, Buffer>();
  let bytes = 0;
  const keep = (name: string, content: Buffer) => {
    if (remembered.has(name)) return;
    remembered.set(name, content);
    bytes += content.length;
    for (const [oldest, dropped] of remembered) {
      if (bytes <= rememberedMaxBytes) return;
      remembered.delete(oldest);
      bytes -= dropped.length;
    }
  };
  /** @throws {fileNotFound} @throws {fileDamaged} @throws {storageUnavailable} */
  return async (tenant: TenantScope, id: FileId): Promise<Buffer> => {
    const name = `${tenant.id}/${id}`;
    const known = remembered.get(name);
    if (known) {
      remembered.delete(name);
      remembered.set(name, known);
      return known;
    }
    const content = await readFile(storage, tenant, id);
    keep(name, content);
    return content;
  };
}
