// The filter file: listed passwords by the first 68 bits of their SHA-1, in order, six bytes each (README.md).
import { Buffer } from "node:buffer";

export const magic = "WEFTBRF1";
/** Prefixes of 20 bits: each has a run of entries of its own. */
export const prefixes = 1 << 20;
/** The 48 bits after the prefix. */
export const entryBytes = 6;
/** magic (8), entries (8, little-endian), written at (8, milliseconds of the epoch), SHA-256 of all that follows (32), zeros (8). */
export const headerBytes = 64;
/** Behind the entries: for each prefix, and for the end, how many entries come before it, in 32 bits, little-endian. */
export const indexBytes = (prefixes + 1) * 4;
export const indexAt = (entries: number): number => headerBytes + entries * entryBytes;
export const fileBytes = (entries: number): number => indexAt(entries) + indexBytes;

export interface FilterHeader {
  readonly entries: number;
  readonly writtenAt: Date;
  readonly sha256: Buffer;
}

export function encodeHeader({ entries, writtenAt, sha256 }: FilterHeader): Buffer {
  const header = Buffer.alloc(headerBytes);
  header.write(magic, 0, "ascii");
  header.writeBigUInt64LE(BigInt(entries), 8);
  header.writeBigUInt64LE(BigInt(writtenAt.getTime()), 16);
  sha256.copy(header, 24);
  return header;
}

/** Null when these bytes begin no filter of this version. */
export function decodeHeader(bytes: Buffer): FilterHeader | null {
  if (bytes.length < headerBytes || bytes.toString("ascii", 0, 8) !== magic) return null;
  return {
    entries: Number(bytes.readBigUInt64LE(8)),
    writtenAt: new Date(Number(bytes.readBigUInt64LE(16))),
    sha256: Buffer.from(bytes.subarray(24, 56)),
  };
}
