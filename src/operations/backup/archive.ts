// The file a backup is: a tar archive, compressed by zstd, encrypted by age (age-encryption.org/v1, passphrase recipient). All three
// have tools of their own, so that a backup can be read where no WeftID is: `age -d FILE | zstd -d | tar x`. age seals 64 KiB at a
// time, numbers each piece and marks the last: what is cut off, put in another order or changed does not open.
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createZstdCompress, createZstdDecompress } from "node:zlib";
import { Decrypter, Encrypter } from "age-encryption";
import { extract, pack } from "tar-stream";

/** What opens an archive. */
export interface ArchiveKey {
  readonly passphrase: string;
  /** Chosen by chance, with 256 bits: guessing is hopeless without making each guess slow. */
  readonly isRandom: boolean;
}

export interface ArchiveWriter {
  add(name: string, content: Uint8Array): Promise<void>;
  /** @throws when the content has another size */
  addStream(name: string, sizeBytes: number, content: AsyncIterable<Uint8Array>): Promise<void>;
}

/** Takes the archive's bytes, in order, each call awaited. */
export type ByteSink = (chunk: Uint8Array) => Promise<void>;

/** The archive cannot be read: cut off, changed, or another key. */
export class ArchiveError extends Error {
  override readonly name = "ArchiveError";
  readonly isWrongKey: boolean;
  constructor(
    message: string,
    { isWrongKey = false, cause }: { isWrongKey?: boolean; cause?: unknown },
  ) {
    super(message, { cause });
    this.isWrongKey = isWrongKey;
  }
}

/**
 * scrypt's cost for a passphrase that a person chose, of 16 characters at least (2^15 · 8 · 128 bytes = 32 MiB for each key that is
 * tried, which a small server has), and for one of 256 random bits.
 */
const workFactor = { chosen: 15, random: 10 };

/** Writes one archive; `body` adds its entries. Whatever fails, the first error is thrown and the sink holds no whole archive. */
export async function writeArchive<T>(
  sink: ByteSink,
  key: ArchiveKey,
  body: (writer: ArchiveWriter) => Promise<T>,
): Promise<T> {
  const encrypter = new Encrypter();
  encrypter.setPassphrase(key.passphrase);
  encrypter.setScryptWorkFactor(key.isRandom ? workFactor.random : workFactor.chosen);
  const tar = pack();
  const compressed = createZstdCompress();
  const packing = pipeline(tar, compressed);
  const sinking = drainTo(sink, encrypter, compressed);
  // Either end failing ends the other: an entry that nobody takes any more would wait for ever.
  const failing = new Promise<never>((_, reject) => {
    packing.catch(reject);
    sinking.catch(reject);
  });
  failing.catch(() => undefined); // raced, and both are awaited again below: here only not left unhandled
  try {
    const result = await Promise.race([body(writerOf(tar)), failing]);
    tar.finalize();
    await Promise.all([packing, sinking]);
    return result;
  } catch (error) {
    tar.destroy();
    compressed.destroy();
    await Promise.allSettled([packing, sinking]);
    throw error;
  }
}

async function drainTo(sink: ByteSink, encrypter: Encrypter, compressed: Readable): Promise<void> {
  const sealed = await encrypter.encrypt(toWeb(compressed));
  for await (const chunk of sealed) await sink(chunk);
}

function writerOf(tar: ReturnType<typeof pack>): ArchiveWriter {
  const header = (name: string, size: number) => ({ name, size, mode: 0o600, mtime: new Date(0) });
  return {
    add: (name, content) =>
      new Promise((resolve, reject) => {
        tar.entry(header(name, content.length), Buffer.from(content), (error) =>
          error ? reject(error) : resolve(),
        );
      }),
    addStream: (name, sizeBytes, content) =>
      new Promise((resolve, reject) => {
        const entry = tar.entry(header(name, sizeBytes), (error) =>
          error ? reject(error) : resolve(),
        );
        pipeline(Readable.from(content), entry).catch(reject);
      }),
  };
}

export interface ArchiveEntry {
  readonly name: string;
  readonly sizeBytes: number;
  /** Read it before the next entry is asked for; what is left unread is skipped. */
  readonly content: AsyncIterable<Uint8Array>;
}

/**
 * Reads an archive's entries in order. The end is reached only when every byte was authentic and none was missing.
 * @throws {ArchiveError} at whichever entry it shows
 */
export async function* readArchive(
  source: ReadableStream<Uint8Array>,
  keys: readonly ArchiveKey[],
): AsyncGenerator<ArchiveEntry> {
  const decrypter = new Decrypter();
  for (const { passphrase } of keys) decrypter.addPassphrase(passphrase);
  const plain = await decrypter.decrypt(source).catch(async (cause: unknown) => {
    await source.cancel().catch(() => undefined); // nothing is read from it any more: why is the telling error
    throw openingError(cause);
  });
  const tar = extract();
  const unpacking = pipeline(Readable.from(plain), createZstdDecompress(), tar);
  // The generator reports it below, unless its caller has stopped listening.
  unpacking.catch(() => undefined);
  try {
    for await (const entry of tar) {
      const { name, size } = entry.header;
      yield { name, sizeBytes: size, content: bytesIn(entry) };
      entry.resume();
    }
    await unpacking;
  } catch (cause) {
    throw new ArchiveError("the archive is damaged: it was cut off or changed", { cause });
  } finally {
    tar.destroy();
  }
}

async function* bytesIn(entry: AsyncIterable<unknown>): AsyncGenerator<Uint8Array> {
  for await (const chunk of entry) {
    if (!(chunk instanceof Uint8Array)) throw new Error("the archive's reader gave no bytes");
    yield chunk;
  }
}

function openingError(cause: unknown): ArchiveError {
  const says = cause instanceof Error ? cause.message : String(cause);
  return says.includes("no identity matched")
    ? new ArchiveError("no key that is set opens the archive", { isWrongKey: true, cause })
    : new ArchiveError("this is not a backup, or its beginning is damaged", { cause });
}

/** All of an entry, which must be small. */
export async function bytesOfEntry({ name, sizeBytes, content }: ArchiveEntry): Promise<Buffer> {
  if (sizeBytes > 64 * 1024 * 1024) throw new ArchiveError(`${name} is too large`, {});
  const chunks: Uint8Array[] = [];
  for await (const chunk of content) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** A stream of its own make: Node's bridge reads ahead without bound under Bun. */
function toWeb(readable: Readable): ReadableStream<Uint8Array> {
  const chunks = readable.iterator() as AsyncIterator<Uint8Array>;
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await chunks.next();
        if (done) controller.close();
        else controller.enqueue(value);
      },
      async cancel() {
        await chunks.return?.();
      },
    },
    { highWaterMark: 1 },
  );
}
