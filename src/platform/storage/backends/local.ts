// Files in a folder: the volume of the compose file. A file is there with its name or not at all, whenever the power goes.
import { type FileHandle, mkdir, open, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Backend, Content } from "../storage.ts";

const chunkBytes = 256 * 1024;

export function localBackend(folder: string): Backend {
  const fileOf = (key: string) => join(folder, key);
  // Keys are made of chance and written once: the draft of a key has one writer.
  const draftOf = (key: string) => `${fileOf(key)}.part`;
  return {
    kind: "local",
    place: folder,
    async put(key, content) {
      const [file, draft] = [fileOf(key), draftOf(key)];
      await makeFolders(folder, dirname(file));
      try {
        await writeThrough(draft, content);
        await rename(draft, file);
      } catch (error) {
        await rm(draft, { force: true });
        throw error;
      }
      await syncFolder(dirname(file));
    },
    async get(key) {
      const first = await orNull(firstChunk(fileOf(key)));
      return first && (first.length < chunkBytes ? [first] : chunksOf(fileOf(key)));
    },
    async delete(key) {
      await rm(fileOf(key), { force: true });
      await rm(draftOf(key), { force: true });
      if ((await orNull(open(dirname(fileOf(key)), "r").then((handle) => handle.close()))) !== null)
        await syncFolder(dirname(fileOf(key)));
    },
  };
}

/** For our user alone: files of tenants are nobody else's on this machine. */
async function writeThrough(path: string, content: Content): Promise<void> {
  const handle = await open(path, "w", 0o600);
  try {
    for await (const chunk of content) {
      for (let at = 0; at < chunk.length;) {
        at += (await handle.write(chunk, at, chunk.length - at)).bytesWritten;
      }
    }
    // Before the name: after a power cut a name must not stand for a file that was never written.
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** All of a small file: nothing stays open for a reader that never comes. */
async function firstChunk(path: string): Promise<Buffer> {
  const handle = await open(path, "r");
  try {
    return await chunkOf(handle);
  } finally {
    await handle.close();
  }
}

async function* chunksOf(path: string): AsyncGenerator<Uint8Array> {
  const handle = await open(path, "r");
  try {
    for (let chunk = await chunkOf(handle); chunk.length > 0; chunk = await chunkOf(handle))
      yield chunk;
  } finally {
    await handle.close();
  }
}

async function chunkOf(handle: FileHandle): Promise<Buffer> {
  const buffer = Buffer.allocUnsafe(chunkBytes);
  const { bytesRead } = await handle.read(buffer, 0, chunkBytes);
  return buffer.subarray(0, bytesRead);
}

/** The folder of the setting and the one below it, but none above: a mistyped path must not become a new folder. */
async function makeFolders(folder: string, below: string): Promise<void> {
  for (const path of [folder, below]) {
    try {
      await mkdir(path, { mode: 0o700 });
      await syncFolder(dirname(path));
    } catch (error) {
      if (codeOf(error) !== "EEXIST") throw error;
    }
  }
}

/** Names are the folder's contents: written through like those of a file. */
async function syncFolder(path: string): Promise<void> {
  const handle = await open(path, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Null for what is not there. */
async function orNull<T>(work: Promise<T>): Promise<T | null> {
  try {
    return await work;
  } catch (error) {
    if (codeOf(error) === "ENOENT") return null;
    throw error;
  }
}

const codeOf = (error: unknown): unknown =>
  error instanceof Error ? Reflect.get(error, "code") : undefined;
