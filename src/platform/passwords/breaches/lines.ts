// Reading `SHA1:COUNT` lines as bytes: a list of a billion passwords has 45 GB of them.
import { Buffer } from "node:buffer";

/** The first 68 bits of a hash, in three numbers of 20, 24 and 24. */
export interface ListLine {
  readonly prefix: number;
  readonly high: number;
  readonly low: number;
  /** The count is 0. */
  readonly isPadding: boolean;
  /** Not a line of such a list. */
  readonly problem: boolean;
}

const hashDigits = 40;
const lineMost = 64;
const newline = 10;
const colon = 58;
const zero = 48;

/** Digit → value, 255 for what is no hexadecimal digit. */
const values = new Uint8Array(256).fill(255);
for (let digit = 0; digit < 16; digit += 1) {
  const text = digit.toString(16);
  values[text.charCodeAt(0)] = digit;
  values[text.toUpperCase().charCodeAt(0)] = digit;
}

/** The lines of one piece of input after the other; lines that are cut by the pieces' borders are put together. */
export async function* readLines(source: AsyncIterable<Uint8Array>): AsyncGenerator<ListLine[]> {
  let rest = Buffer.alloc(0);
  for await (const chunk of source) {
    const piece = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    for (let from = 0; from < piece.length; from += pieceBytes) {
      const bytes = Buffer.concat([rest, piece.subarray(from, from + pieceBytes)]);
      const end = bytes.lastIndexOf(newline) + 1;
      yield linesOf(bytes, end);
      rest = Buffer.from(bytes.subarray(end));
      if (rest.length > lineMost) yield [broken];
    }
  }
  if (rest.length > 0) yield linesOf(Buffer.concat([rest, Buffer.of(newline)]), rest.length + 1);
}

/** So much at once, whatever the source hands over. */
const pieceBytes = 256 * 1024;

const broken: ListLine = { prefix: 0, high: 0, low: 0, isPadding: false, problem: true };

function linesOf(bytes: Buffer, end: number): ListLine[] {
  const lines: ListLine[] = [];
  for (let at = 0; at < end;) {
    const next = bytes.indexOf(newline, at);
    const isCarriage = bytes[next - 1] === 13 && next > at;
    const stop = isCarriage ? next - 1 : next;
    // A blank last line ends a file that was put together by hand.
    if (stop > at) lines.push(lineOf(bytes, at, stop));
    at = next + 1;
  }
  return lines;
}

function lineOf(bytes: Buffer, at: number, stop: number): ListLine {
  if (stop - at < hashDigits + 2 || bytes[at + hashDigits] !== colon) return broken;
  for (let i = at; i < at + hashDigits; i += 1) {
    if (values[bytes[i] ?? 0] === 255) return broken;
  }
  let isPadding = true;
  for (let i = at + hashDigits + 1; i < stop; i += 1) {
    const value = (bytes[i] ?? 0) - zero;
    if (value < 0 || value > 9) return broken;
    if (value > 0) isPadding = false;
  }
  return {
    prefix: number(bytes, at, 5),
    high: number(bytes, at + 5, 6),
    low: number(bytes, at + 11, 6),
    isPadding,
    problem: false,
  };
}

function number(bytes: Buffer, at: number, digits: number): number {
  let value = 0;
  for (let i = at; i < at + digits; i += 1) value = value * 16 + (values[bytes[i] ?? 0] ?? 0);
  return value;
}
