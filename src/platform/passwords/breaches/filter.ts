// Asking the filter file. Each question opens it, reads one run of entries (some 6 kB of a list of a billion) and closes it: memory
// stays small, and a filter that was replaced meanwhile is the next one asked.
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { type FileHandle, open } from "node:fs/promises";
import { networkCode } from "#platform/outbound/errors.ts";
import { prefixDigits, restDigits } from "./digest.ts";
import {
  decodeHeader,
  entryBytes,
  fileBytes,
  type FilterHeader,
  headerBytes,
  indexAt,
  indexBytes,
  prefixes,
} from "./format.ts";

/** The file is there and is no filter, or not a whole one. */
export class FilterUnreadable extends Error {
  override readonly name = "FilterUnreadable";
}

/** The next twelve digits of each listed hash with this prefix; null when there is no file. @throws {FilterUnreadable} */
export async function readFilter(
  path: string,
  prefix: string,
): Promise<ReadonlySet<string> | null> {
  return withFilter(path, async (file, { entries }) => {
    const bounds = await readAt(file, 8, indexAt(entries) + Number.parseInt(prefix, 16) * 4);
    const [from, to] = [bounds.readUInt32LE(0), bounds.readUInt32LE(4)];
    if (from > to || to > entries) throw new FilterUnreadable("its index is damaged");
    const run = await readAt(file, (to - from) * entryBytes, headerBytes + from * entryBytes);
    const listed = new Set<string>();
    for (let at = 0; at < run.length; at += entryBytes) {
      const digits = run.toString("hex", at, at + entryBytes);
      listed.add(digits.toUpperCase());
    }
    return listed;
  });
}

export interface FilterState {
  readonly entries: number;
  readonly writtenAt: Date;
}

/** What the header says, and that the file is as long as that; null when there is no file. @throws {FilterUnreadable} */
export const inspectFilter = (path: string): Promise<FilterState | null> =>
  withFilter(path, async (_, { entries, writtenAt }) => ({ entries, writtenAt }));

/** Reads all of it: every byte as written, every run in order. Null when there is no file. @throws {FilterUnreadable} */
export const verifyFilter = (path: string): Promise<FilterState | null> =>
  withFilter(path, async (file, header) => {
    const hash = createHash("sha256");
    const size = fileBytes(header.entries);
    const chunk = Buffer.alloc(1024 * 1024);
    for (let at = headerBytes; at < size;) {
      const { bytesRead } = await file.read(chunk, 0, Math.min(chunk.length, size - at), at);
      if (bytesRead === 0) throw new FilterUnreadable("it ends too early");
      hash.update(chunk.subarray(0, bytesRead));
      at += bytesRead;
    }
    if (!hash.digest().equals(header.sha256)) throw new FilterUnreadable("its contents changed");
    const index = await readAt(file, indexBytes, indexAt(header.entries));
    for (let prefix = 0; prefix < prefixes; prefix += 1) {
      if (index.readUInt32LE(prefix * 4) > index.readUInt32LE(prefix * 4 + 4))
        throw new FilterUnreadable("its index is damaged");
    }
    return { entries: header.entries, writtenAt: header.writtenAt };
  });

/** Of passwords that are not listed, the share that is taken for listed. */
export const falsePositiveRate = ({ entries }: FilterState): number =>
  entries / 16 ** (prefixDigits + restDigits);

async function withFilter<T>(
  path: string,
  body: (file: FileHandle, header: FilterHeader) => Promise<T>,
): Promise<T | null> {
  const file = await openOrNull(path);
  if (file === null) return null;
  try {
    const { size } = await file.stat();
    const bytes = Buffer.alloc(headerBytes);
    await file.read(bytes, 0, headerBytes, 0);
    const header = decodeHeader(bytes);
    if (header === null) throw new FilterUnreadable("it is not a filter of this version");
    if (size !== fileBytes(header.entries))
      throw new FilterUnreadable("its length is not what it says");
    return await body(file, header);
  } catch (error) {
    const code = networkCode(error);
    throw code === null ? error : new FilterUnreadable(`it cannot be read: ${code}`);
  } finally {
    await file.close();
  }
}

async function openOrNull(path: string): Promise<FileHandle | null> {
  try {
    return await open(path, "r");
  } catch (error) {
    const code = networkCode(error);
    if (code === "ENOENT" || code === "ENOTDIR") return null;
    throw new FilterUnreadable(`it cannot be opened: ${code ?? String(error)}`);
  }
}

async function readAt(file: FileHandle, length: number, position: number): Promise<Buffer> {
  const bytes = Buffer.alloc(length);
  for (let at = 0; at < length;) {
    const { bytesRead } = await file.read(bytes, at, length - at, position + at);
    if (bytesRead === 0) throw new FilterUnreadable("it ends too early");
    at += bytesRead;
  }
  return bytes;
}
