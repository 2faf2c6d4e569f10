// Making the filter file from a downloaded list: one pass, a few megabytes of memory whatever the list's size, and the earlier file
// stays in its place until the new one is whole.
import { Buffer } from "node:buffer";
import { createHash, randomBytes } from "node:crypto";
import { type FileHandle, mkdir, open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import {
  encodeHeader,
  entryBytes,
  fileBytes,
  headerBytes,
  indexBytes,
  prefixes,
} from "./format.ts";
import { readLines } from "./lines.ts";
import { texts } from "./texts.ts";

/** The list is not one, or not in order; the message says which line and what to do. */
export class BreachListError extends Error {
  override readonly name = "BreachListError";
}

export interface BuiltFilter {
  readonly entries: number;
  /** Of the list, those of padding among them. */
  readonly lines: number;
  readonly bytes: number;
}

/** What 32 bits of the index count. */
const entriesMost = 2 ** 32 - 1;

/**
 * Reads lines of `SHA1:COUNT` in ascending order, as the downloader of Have I Been Pwned writes them, and puts the filter at `path`.
 * Entries with a count of 0 are padding and left out. @throws {BreachListError}
 */
export async function buildFilter(
  source: AsyncIterable<Uint8Array>,
  path: string,
  now: Date,
): Promise<BuiltFilter> {
  await mkdir(dirname(path), { recursive: true });
  const draft = `${path}.${randomBytes(4).toString("hex")}.part`;
  try {
    const file = await open(draft, "wx", 0o600);
    let built: BuiltFilter;
    try {
      built = await writeFilter(source, file, now);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(draft, path);
    return built;
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
}

async function writeFilter(
  source: AsyncIterable<Uint8Array>,
  file: FileHandle,
  now: Date,
): Promise<BuiltFilter> {
  const index = new Uint32Array(prefixes + 1);
  const out = writer(file);
  let [entries, lines] = [0, 0];
  let last = { prefix: -1, high: 0, low: 0 };
  for await (const block of readLines(source)) {
    for (const { prefix, high, low, isPadding, problem } of block) {
      lines += 1;
      if (problem) throw new BreachListError(texts.notALine(lines));
      const order = prefix - last.prefix || high - last.high || low - last.low;
      if (order < 0) throw new BreachListError(texts.outOfOrder(lines));
      last = { prefix, high, low };
      // The same 68 bits once more are the same entry.
      if (isPadding || order === 0) continue;
      index[prefix + 1] = (index[prefix + 1] ?? 0) + 1;
      entries += 1;
      if (entries > entriesMost) throw new BreachListError(texts.tooMany);
      out.add(high, low);
    }
    await out.flush(false);
  }
  if (entries === 0) throw new BreachListError(texts.empty);
  const sha256 = await out.end(runningTotals(index));
  await file.write(encodeHeader({ entries, writtenAt: now, sha256 }), 0, headerBytes, 0);
  return { entries, lines, bytes: fileBytes(entries) };
}

function runningTotals(counts: Uint32Array): Buffer {
  const bytes = Buffer.alloc(indexBytes);
  let before = 0;
  for (let prefix = 0; prefix <= prefixes; prefix += 1) {
    before += counts[prefix] ?? 0;
    bytes.writeUInt32LE(before, prefix * 4);
  }
  return bytes;
}

/** Entries one after the other, written in large pieces and hashed on the way. */
function writer(file: FileHandle) {
  const hash = createHash("sha256");
  const pieceBytes = 1024 * 1024;
  // A block of lines makes at most as many entries again before the next flush.
  const piece = Buffer.alloc(pieceBytes * 2);
  let [used, position] = [0, headerBytes];
  const write = async (bytes: Buffer) => {
    hash.update(bytes);
    for (let at = 0; at < bytes.length;) {
      const { bytesWritten } = await file.write(bytes, at, bytes.length - at, position + at);
      at += bytesWritten;
    }
    position += bytes.length;
  };
  const flush = async (whole: boolean) => {
    if (used < (whole ? 1 : pieceBytes)) return;
    await write(piece.subarray(0, used));
    used = 0;
  };
  return {
    add(high: number, low: number) {
      piece.writeUIntBE(high, used, 3);
      piece.writeUIntBE(low, used + 3, 3);
      used += entryBytes;
    },
    flush,
    async end(index: Buffer): Promise<Buffer> {
      await flush(true);
      await write(index);
      return hash.digest();
    },
  };
}
