// Files in a bucket of any S3-compatible server. The operator names that server, so that it may be a private address.
import { S3Client } from "bun";
import { texts } from "../texts.ts";
import type { Backend } from "../storage.ts";

export interface SpacesSettings {
  /** `https://fra1.digitaloceanspaces.com`: without the bucket, without a slash at the end. */
  readonly endpoint: string;
  readonly region: string;
  readonly bucket: string;
  readonly key: string;
  readonly secret: string;
  /** The bucket in the path; else as the first label of the host. */
  readonly pathStyle: boolean;
}

/** For each answer or piece of one. */
const patienceSeconds = 30;
/** Pieces of a large file; a smaller one is a single request. The least that servers accept. */
const partBytes = 5 * 1024 * 1024;

export function spacesBackend(settings: SpacesSettings): Backend {
  const client = clientOf(settings);
  return {
    kind: "spaces",
    place: `${settings.endpoint}/${settings.bucket}`,
    async put(key, content) {
      const writer = client.file(key).writer({ partSize: partBytes, queueSize: 1, retry: 2 });
      try {
        for await (const chunk of content) {
          void writer.write(chunk);
          await inTime(writer.flush());
        }
      } catch (error) {
        // Ended with an error, the writer still completes what it has: so that object is removed again.
        await inTime(Promise.resolve(writer.end())).catch(() => undefined);
        await inTime(client.delete(key)).catch(() => undefined);
        throw error;
      }
      await inTime(writer.end());
    },
    async get(key) {
      const reader = client.file(key).stream().getReader();
      try {
        return chunksOf(reader, await inTime(reader.read()));
      } catch (error) {
        if (error instanceof Error && Reflect.get(error, "code") === "NoSuchKey") return null;
        throw error;
      }
    },
    async delete(key) {
      await inTime(client.delete(key));
    },
  };
}

function clientOf({ endpoint, region, bucket, key, secret, pathStyle }: SpacesSettings): S3Client {
  const virtual = endpoint.replace("://", `://${bucket}.`);
  return new S3Client({
    endpoint: pathStyle ? endpoint : virtual,
    virtualHostedStyle: !pathStyle,
    bucket,
    region,
    accessKeyId: key,
    secretAccessKey: secret,
  });
}

type Reader = ReadableStreamDefaultReader<Uint8Array>;

async function* chunksOf(
  reader: Reader,
  first: Awaited<ReturnType<Reader["read"]>>,
): AsyncGenerator<Uint8Array> {
  try {
    for (let piece = first; !piece.done; piece = await inTime(reader.read())) yield piece.value;
  } finally {
    await reader.cancel();
  }
}

/** The client waits for ever by itself. */
async function inTime<T>(work: Promise<T> | T): Promise<T> {
  let timer: Timer | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Error(texts.timedOut(patienceSeconds))),
      patienceSeconds * 1000,
    );
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
