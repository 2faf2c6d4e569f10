// Stored files in a backup, and backups in a bucket.
import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { randomBytes } from "node:crypto";
import { keepFile, storeFile } from "#platform/storage/files.ts";
import { createStorage, type Storage, type StorageSettings } from "#platform/storage/storage.ts";
import { bytesOf } from "#platform/storage/content.ts";
import { bucketPlace } from "#src/operations/backup/bucket.ts";
import { drill } from "#src/operations/backup/drill.ts";
import { fileReader, fileWriter } from "#src/operations/backup/files.ts";
import { verifyArchive } from "#src/operations/backup/restore.ts";
import { testApp, type TestTenant } from "../support/a-tenant.ts";
import { query } from "../support/server.ts";
import { s3Peer } from "../platform/storage/support.ts";
import { backupBench, refusal } from "./backup-bench.ts";

const house = await testApp();
const { keys, appuserPassword, backup, restore, aFolder, anotherDatabase } = backupBench(house);
const peer = await s3Peer();

const namedIn = (storage: Storage, settings: StorageSettings) => (name: string) =>
  name === "local" || (name === "spaces" && settings.spaces) ? storage.backend(name) : null;

async function aStorage(backend: "local" | "spaces" = "local", hasSpaces = true) {
  const settings = {
    backend,
    local: { folder: await aFolder() },
    spaces: hasSpaces ? peer.settings : null,
  };
  const storage = createStorage(settings);
  const named = namedIn(storage, settings);
  return {
    storage,
    folder: settings.local.folder,
    read: fileReader(named),
    write: fileWriter(named, backend),
  };
}

async function store({ tenant }: TestTenant, storage: Storage, content: Buffer) {
  const stored = await storeFile(storage, tenant, {
    purpose: "test",
    mediaType: "image/png",
    content: [content],
    maxBytes: 64 * 1024 * 1024,
  });
  await tenant.write((db) => keepFile(db, stored));
  const [row] = await house.asSuperuser<{ key: string }>(
    "select key from app.files where id = $1",
    [stored.id],
  );
  return row?.key ?? "";
}

describe("stored files", () => {
  test("come back as they were, into the backend they were in", async () => {
    const tenant = await house.aTenant();
    const here = await aStorage();
    const large = randomBytes(20 * 1024 * 1024);
    const small = randomBytes(100);
    const keysOf = [
      await store(tenant, here.storage, large),
      await store(tenant, here.storage, small),
    ];
    const inBucket = await store(tenant, (await aStorage("spaces")).storage, randomBytes(7));
    const folder = await aFolder();
    const made = await backup(folder, { readFile: here.read });
    expect(made).toMatchObject({ files: 3, missingFiles: [] });

    const there = await aStorage();
    const target = anotherDatabase();
    const restored = await restore(join(folder, made.name), target, { writeFile: there.write });
    expect(restored.files).toBe(3);
    for (const [at, content] of [large, small].entries()) {
      const read = await there.storage.backend("local").get(keysOf[at] ?? "");
      expect(content.equals(await bytesOf(read ?? [], content.length))).toBe(true);
    }
    expect(await there.storage.backend("spaces").get(inBucket)).not.toBeNull();
    await house.asSuperuser("delete from app.files");
  });

  test("go to the storage of the new place where their own is not there, and their rows say so", async () => {
    const tenant = await house.aTenant();
    const key = await store(tenant, (await aStorage("spaces")).storage, Buffer.from("logo"));
    const folder = await aFolder();
    const made = await backup(folder, { readFile: (await aStorage()).read });
    const there = await aStorage("local", false);
    const target = anotherDatabase();
    await restore(join(folder, made.name), target, { writeFile: there.write });
    expect(await query(target, "select backend::text, key from app.files")).toEqual([
      { backend: "local", key },
    ]);
    const read = await there.storage.backend("local").get(key);
    expect((await bytesOf(read ?? [], 100)).toString()).toBe("logo");
    await house.asSuperuser("delete from app.files");
  });

  test("that are gone or damaged do not stop a backup: it names them, and the drill is red", async () => {
    const tenant = await house.aTenant();
    const here = await aStorage();
    const gone = await store(tenant, here.storage, Buffer.from("gone"));
    const changed = await store(tenant, here.storage, Buffer.from("as it was"));
    const whole = await store(tenant, here.storage, Buffer.from("whole"));
    await here.storage.backend("local").delete(gone);
    await Bun.write(join(here.folder, changed), "as it is");
    const folder = await aFolder();
    const made = await backup(folder, { readFile: here.read });
    expect(made.missingFiles.toSorted()).toEqual([gone, changed].toSorted());
    expect(made.files).toBe(1);
    const there = await aStorage();
    await restore(join(folder, made.name), anotherDatabase(), { writeFile: there.write });
    expect(await there.storage.backend("local").get(whole)).not.toBeNull();
    expect(await there.storage.backend("local").get(changed)).toBeNull();
    await house.asSuperuser("delete from app.files");
  });
});

describe("a bucket", () => {
  const place = bucketPlace({ ...peer.settings, bucket: peer.settings.bucket, prefix: "nightly/" });

  test("takes a backup, lists it, hands it out for a drill, and lets the old ones go", async () => {
    const made = await backup("", { place });
    expect(await place.list()).toEqual([
      { name: made.name, bytes: made.bytes, takenAt: expect.any(Date) },
    ]);
    const verified = await verifyArchive(() => place.read(made.name), keys);
    expect(verified.bytes).toBe(made.bytes);
    const drilled = await drill({
      database: house.superuser,
      place,
      keys,
      appuserPassword,
      version: "1.2.3",
    });
    expect(drilled.checks.filter(({ passed }) => !passed)).toEqual([]);

    const later = () => new Date(Date.now() + 10 * 86_400_000);
    const next = await backup("", { place, keep: { kind: "newest", count: 1 }, now: later });
    expect(next.removed).toEqual([made.name]);
    expect((await place.list()).map(({ name }) => name)).toEqual([next.name]);
  });

  test("keeps nothing of a backup that fails, however much of it was sent", async () => {
    const before = await place.list();
    const tenant = await house.aTenant();
    const here = await aStorage();
    // More than one piece of an upload, then a failure.
    await store(tenant, here.storage, randomBytes(20 * 1024 * 1024));
    await store(tenant, here.storage, randomBytes(10));
    let files = 0;
    const failing = backup("", {
      place,
      readFile: (file) => {
        files += 1;
        if (files === 2) throw new Error("stopped");
        return here.read(file);
      },
    });
    expect(await refusal(failing)).toBe("stopped");
    await house.asSuperuser("delete from app.files");
    expect(await place.list()).toEqual(before);
  });

  test("that is not there is an error with its reason, not a backup", async () => {
    const nowhere = bucketPlace({ ...peer.settings, bucket: "weft-nowhere", prefix: "" });
    expect(await refusal(backup("", { place: nowhere }))).not.toBe("not refused");
    expect(await refusal(nowhere.list())).toMatch(/bucket/i);
  });
});
