// Stored files on their way into an archive and out of it. The rows are the database's; here are the contents.
import { createHash } from "node:crypto";
import type { FileWriter } from "./load.ts";
import type { FileReader, StoredFile } from "./snapshot.ts";

type Content = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

/** What a backup needs of a storage backend (platform/storage). */
export interface FileBackend {
  get(key: string): Promise<Content | null>;
  put(key: string, content: Content): Promise<void>;
}

/** The backend of that name; null where it is not configured. */
export type BackendNamed = (name: string) => FileBackend | null;

/** What is read into memory; a larger file is read twice. */
const inMemoryMostBytes = 16 * 1024 * 1024;

/**
 * Reads a file only if it is what was stored: an entry of an archive has its size said first, so that one that is damaged has to be
 * found out beforehand.
 */
export function fileReader(backendNamed: BackendNamed): FileReader {
  return async (file) => {
    const backend = backendNamed(file.backend);
    const first = await backend?.get(file.key);
    if (!backend || !first) return null;
    const checked = await check(first, file, file.sizeBytes <= inMemoryMostBytes);
    if (checked === null) return null;
    if (checked.chunks) return streamOf(checked.chunks);
    const again = await backend.get(file.key);
    return again && streamOf(again);
  };
}

async function check(
  content: Content,
  file: StoredFile,
  keeps: boolean,
): Promise<{ chunks: Uint8Array[] | null } | null> {
  const hash = createHash("sha256");
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of content) {
    size += chunk.length;
    if (size > file.sizeBytes) return null;
    hash.update(chunk);
    if (keeps) chunks.push(chunk);
  }
  if (size !== file.sizeBytes || hash.digest("hex") !== file.sha256) return null;
  return { chunks: keeps ? chunks : null };
}

async function* streamOf(content: Content): AsyncGenerator<Uint8Array> {
  yield* content;
}

/** Puts a file into the backend it was in; where that is not configured here, into the one that new files go to. */
export function fileWriter(backendNamed: BackendNamed, current: string): FileWriter {
  return async ({ backend, key }, content) => {
    const own = backendNamed(backend);
    const target = own ?? backendNamed(current);
    if (!target) throw new Error(`there is no storage "${current}"`);
    await target.put(key, content);
    return own ? backend : current;
  };
}
