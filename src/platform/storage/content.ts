// Bytes on their way: counted, hashed, and stopped where they are too many or not the ones that were stored.
import { createHash } from "node:crypto";
import { fileDamaged, fileTooLarge } from "./errors.ts";
import type { Content } from "./storage.ts";
import { texts } from "./texts.ts";

export interface Facts {
  /** Hexadecimal. */
  readonly sha256: string;
  readonly sizeBytes: number;
}

/** Hands `content` on and knows its facts once all of it has passed. The stream fails with {fileTooLarge} after `maxBytes`. */
export function measured(
  content: Content,
  maxBytes: number,
): { readonly content: AsyncIterable<Uint8Array>; facts(): Facts } {
  const hash = createHash("sha256");
  let sizeBytes = 0;
  let facts: Facts | null = null;
  async function* pass() {
    for await (const chunk of content) {
      sizeBytes += chunk.length;
      if (sizeBytes > maxBytes) throw fileTooLarge({ maxBytes });
      hash.update(chunk);
      yield chunk;
    }
    facts = { sha256: hash.digest("hex"), sizeBytes };
  }
  return {
    content: pass(),
    facts() {
      if (!facts) throw new Error("a file was measured before all of it was read");
      return facts;
    },
  };
}

/** Hands `content` on, and fails at its end with {fileDamaged} when it is not what `expected` says. */
export async function* verified(content: Content, expected: Facts): AsyncGenerator<Uint8Array> {
  const hash = createHash("sha256");
  let sizeBytes = 0;
  for await (const chunk of content) {
    sizeBytes += chunk.length;
    if (sizeBytes > expected.sizeBytes) throw fileDamaged({}, new Error(texts.differs));
    hash.update(chunk);
    yield chunk;
  }
  if (sizeBytes !== expected.sizeBytes || hash.digest("hex") !== expected.sha256)
    throw fileDamaged({}, new Error(texts.differs));
}

/** All of it in memory. @throws {fileTooLarge} */
export async function bytesOf(content: Content, maxBytes: number): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of measured(content, maxBytes).content) chunks.push(chunk);
  return Buffer.concat(chunks);
}
