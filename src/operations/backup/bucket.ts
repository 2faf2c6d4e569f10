// Backups in a bucket of any S3-compatible server. An object is there when its upload is completed, and not before.
import { S3Client } from "bun";
import type { BackupConfig } from "#src/config/backup.ts";
import {
  BackupNotFound,
  type BackupPlace,
  newestFirst,
  type StoredBackup,
  takenAtOf,
} from "./place.ts";
import { texts } from "./texts.ts";

type Settings = NonNullable<BackupConfig["s3"]>;

/** Pieces of an upload: with at most 10,000 of them, an archive of 160 GB. */
const partBytes = 16 * 1024 * 1024;
const patienceSeconds = 60;

export function bucketPlace(settings: Settings): BackupPlace {
  const client = clientOf(settings);
  const keyOf = (name: string) => {
    if (takenAtOf(name) === null) throw new BackupNotFound(texts.notAName(name));
    return `${settings.prefix}${name}`;
  };
  return {
    title: `${settings.endpoint}/${settings.bucket}/${settings.prefix}`,
    list: () => listAll(client, settings.prefix),
    create: (name) => Promise.resolve(uploadTo(client, keyOf(name))),
    async read(name) {
      const reader = client.file(keyOf(name)).stream().getReader();
      const first = await inTime(reader.read()).catch((cause: unknown) => {
        throw new BackupNotFound(texts.unreadableFile(name, reasonOf(cause)), { cause });
      });
      return streamFrom(reader, first);
    },
    remove: (name) => inTime(client.delete(keyOf(name))),
    // An upload that was not completed shows nowhere; the bucket's own rule for incomplete uploads removes its pieces.
    sweep: () => Promise.resolve(),
  };
}

function clientOf({ endpoint, region, bucket, key, secret, pathStyle }: Settings): S3Client {
  return new S3Client({
    endpoint: pathStyle ? endpoint : endpoint.replace("://", `://${bucket}.`),
    virtualHostedStyle: !pathStyle,
    bucket,
    region,
    accessKeyId: key,
    secretAccessKey: secret,
  });
}

async function listAll(client: S3Client, prefix: string): Promise<StoredBackup[]> {
  const found: StoredBackup[] = [];
  for (let startAfter = ""; ;) {
    const page = await inTime(
      client.list({
        prefix: `${prefix}weft-`,
        maxKeys: 1000,
        ...(startAfter ? { startAfter } : {}),
      }),
    );
    for (const { key, size } of page.contents ?? []) {
      const name = key.slice(prefix.length);
      const takenAt = takenAtOf(name);
      if (takenAt) found.push({ name, takenAt, bytes: size ?? 0 });
    }
    const last = page.contents?.at(-1)?.key;
    if (!page.isTruncated || !last) return newestFirst(found);
    startAfter = last;
  }
}

function uploadTo(client: S3Client, key: string) {
  const writer = client.file(key).writer({ partSize: partBytes, queueSize: 1, retry: 3 });
  let pending = 0;
  return {
    async write(chunk: Uint8Array) {
      // The archive's buffers are used again: the upload keeps a copy.
      void writer.write(chunk.slice());
      pending += chunk.length;
      if (pending < partBytes) return;
      pending = 0;
      await inTime(writer.flush());
    },
    async commit() {
      await inTime(writer.end());
    },
    async abort() {
      // Ended with an error or without, the client completes what it has. What it made is removed again; until then, and should
      // that fail, it is an archive without its end, which no command takes for whole.
      await inTime(Promise.resolve(writer.end())).catch(() => undefined);
      await inTime(client.delete(key)).catch(() => undefined);
    },
  };
}

type Reader = ReadableStreamDefaultReader<Uint8Array>;

function streamFrom(
  reader: Reader,
  first: Awaited<ReturnType<Reader["read"]>>,
): ReadableStream<Uint8Array> {
  let next: typeof first | null = first;
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = next ?? (await inTime(reader.read()));
      next = null;
      if (done) controller.close();
      else controller.enqueue(value);
    },
    cancel: (reason) => reader.cancel(reason),
  });
}

const reasonOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

/** The client waits for ever by itself. */
async function inTime<T>(work: Promise<T> | T): Promise<T> {
  let timer: Timer | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Error(texts.bucketSilent(patienceSeconds))),
      patienceSeconds * 1000,
    );
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
