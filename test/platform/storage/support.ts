// The two places where files can be: a folder of this machine, and a bucket of a real S3 server on it.
import { afterAll } from "bun:test";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import S3rver from "s3rver";
import type { SpacesSettings } from "#platform/storage/backends/spaces.ts";
import { createStorage, type Storage, type StorageSettings } from "#platform/storage/storage.ts";

/** A folder that is removed after the file's last test. */
export async function aFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "weft-storage-"));
  afterAll(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

export interface S3Peer {
  readonly settings: SpacesSettings;
  /** Names of what is in the bucket. */
  objects(): Promise<string[]>;
}

/** An S3 server with one bucket, until the file's last test. It believes every secret. */
export async function s3Peer(): Promise<S3Peer> {
  const directory = await aFolder();
  const bucket = "weft-files";
  const server = new S3rver({
    port: 0,
    address: "127.0.0.1",
    silent: true,
    directory,
    configureBuckets: [{ name: bucket, configs: [] }],
  });
  const { port } = await server.run();
  afterAll(() => server.close());
  return {
    settings: {
      endpoint: `http://127.0.0.1:${port}`,
      region: "us-east-1",
      bucket,
      key: "S3RVER",
      secret: "S3RVER",
      pathStyle: true,
    },
    objects: async () => {
      const names = await filesIn(join(directory, bucket));
      return names.flatMap((name) => /^(.*)\._S3rver_object$/.exec(name)?.[1] ?? []);
    },
  };
}

/** Paths of the files below a folder, sorted; none when it is not there. */
export async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .toSorted();
}

export interface Place {
  readonly storage: Storage;
  readonly settings: StorageSettings;
  /** Keys of what is there. */
  objects(): Promise<string[]>;
}

/** Each backend as the current one, over the same two places. */
export async function bothPlaces(): Promise<Record<"local" | "spaces", Place>> {
  const [folder, peer] = await Promise.all([aFolder(), s3Peer()]);
  const place = (backend: "local" | "spaces", objects: Place["objects"]): Place => {
    const settings = { backend, local: { folder }, spaces: peer.settings };
    return { settings, storage: createStorage(settings), objects };
  };
  return {
    local: place("local", () => filesIn(folder)),
    spaces: place("spaces", peer.objects),
  };
}
