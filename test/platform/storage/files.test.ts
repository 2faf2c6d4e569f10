// Files of tenants: what is kept is what was stored, another tenant reaches none of it, and nothing is left behind or lost.
import { describe, expect, test } from "bun:test";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { Actor } from "#src/actor.ts";
import type { FileId } from "#src/ids.ts";
import {
  fileDamaged,
  fileNotFound,
  fileTooLarge,
  storageUnavailable,
} from "#platform/storage/errors.ts";
import { discardFile, keepFile, openFile, readFile, storeFile } from "#platform/storage/files.ts";
import { countElsewhere, moveFiles } from "#platform/storage/move.ts";
import { countFiles } from "#platform/storage/status.ts";
import { createStorage, type Storage } from "#platform/storage/storage.ts";
import { sweepFiles } from "#platform/storage/sweep.ts";
import type { TenantScope } from "#platform/db/database.ts";
import { testDatabase } from "../../support/database.ts";
import { bothPlaces } from "./support.ts";

const { aTenant, asSuperuser } = await testDatabase();
const places = await bothPlaces();
const folder = places.local.settings.local.folder;
const operator: Actor = { kind: "operator", command: "test" };
const now = new Date();
const tomorrow = new Date(now.getTime() + 25 * 3_600_000);

const picture = { purpose: "test.picture", mediaType: "image/png", maxBytes: 1_000_000 };
const store = (storage: Storage, scope: TenantScope, words: string) =>
  storeFile(storage, scope, { ...picture, content: [Buffer.from(words)] });
async function kept(storage: Storage, scope: TenantScope, words: string): Promise<FileId> {
  const stored = await store(storage, scope, words);
  await scope.write((db) => keepFile(db, stored));
  return stored.id;
}
const read = async (storage: Storage, scope: TenantScope, id: FileId) =>
  (await readFile(storage, scope, id)).toString();
const refusal = (work: Promise<unknown>) => work.catch((error: unknown) => error);
const keyOf = async (id: FileId) =>
  (await asSuperuser<{ key: string }>("select key from app.files where id = $1", [id]))[0]?.key ??
  "";
const rowsOf = (tenantId: string) =>
  asSuperuser<{ state: string; backend: string }>(
    "select state, backend from app.files where tenant_id = $1 order by id",
    [tenantId],
  );

describe.each(["local", "spaces"] as const)("a file in %s", (kind) => {
  const { storage, objects } = places[kind];
  const ofTenant = async (id: string) => (await objects()).filter((key) => key.startsWith(id));

  test("is readable from the transaction on that keeps it, with its type and size", async () => {
    const { scope, id: tenantId } = await aTenant();
    const stored = await store(storage, scope, "hello");
    expect(stored.sizeBytes).toBe(5);
    expect(await refusal(read(storage, scope, stored.id))).toMatchObject({
      code: fileNotFound.code,
    });
    await scope.write((db) => keepFile(db, stored));
    expect(await openFile(storage, scope, stored.id)).toMatchObject({
      mediaType: "image/png",
      sizeBytes: 5,
    });
    expect(await read(storage, scope, stored.id)).toBe("hello");
    expect(await rowsOf(tenantId)).toEqual([{ state: "kept", backend: kind }]);
  });

  test("is not kept by a transaction that fails; the sweep removes it after a day", async () => {
    const { scope, id: tenantId } = await aTenant();
    const stored = await store(storage, scope, "hello");
    const failing = scope.write(async (db) => {
      await keepFile(db, stored);
      throw new Error("the change failed");
    });
    expect(await refusal(failing)).toMatchObject({ message: "the change failed" });
    expect(await sweepFiles(storage, scope, now)).toEqual({ removed: 0, failed: null });
    expect(await ofTenant(tenantId)).toHaveLength(1);
    expect(await sweepFiles(storage, scope, tomorrow)).toEqual({ removed: 1, failed: null });
    expect(await ofTenant(tenantId)).toEqual([]);
    expect(await rowsOf(tenantId)).toEqual([]);
  });

  test("is kept once", async () => {
    const { scope } = await aTenant();
    const stored = await store(storage, scope, "hello");
    await scope.write((db) => keepFile(db, stored));
    const again = await refusal(scope.write((db) => keepFile(db, stored)));
    expect(again).toMatchObject({ message: "a file was kept that is not stored" });
  });

  test("that is discarded is gone for readers at once, and its contents with the next sweep", async () => {
    const { scope, id: tenantId } = await aTenant();
    const [gone, stays] = [await kept(storage, scope, "gone"), await kept(storage, scope, "stays")];
    await scope.write((db) => discardFile(db, gone));
    expect(await refusal(read(storage, scope, gone))).toMatchObject({ code: fileNotFound.code });
    expect(await sweepFiles(storage, scope, now)).toEqual({ removed: 1, failed: null });
    expect(await ofTenant(tenantId)).toEqual([await keyOf(stays)]);
    expect(await read(storage, scope, stays)).toBe("stays");
  });

  test("larger than allowed is refused and leaves nothing", async () => {
    const { scope, id: tenantId } = await aTenant();
    const content = [Buffer.alloc(600_000), Buffer.alloc(600_000)];
    const outcome = await refusal(storeFile(storage, scope, { ...picture, content }));
    expect(outcome).toMatchObject({ code: fileTooLarge.code });
    expect(await ofTenant(tenantId)).toEqual([]);
    expect(await rowsOf(tenantId)).toEqual([]);
  });

  test("whose contents are others, or missing, is not handed out", async () => {
    const { scope } = await aTenant();
    for (const words of ["hellO", "hello!", "hell"]) {
      const id = await kept(storage, scope, "hello");
      const key = await keyOf(id);
      await storage.current.put(key, [Buffer.from(words)]);
      expect(await refusal(read(storage, scope, id))).toMatchObject({ code: fileDamaged.code });
      await storage.current.delete(key);
      expect(await refusal(read(storage, scope, id))).toMatchObject({ code: fileDamaged.code });
    }
  });

  test("of another tenant is not there", async () => {
    const [ours, theirs] = [await aTenant(), await aTenant()];
    const id = await kept(storage, theirs.scope, "theirs");
    expect(await refusal(read(storage, ours.scope, id))).toMatchObject({ code: fileNotFound.code });
    await ours.scope.write((db) => discardFile(db, id));
    await sweepFiles(storage, ours.scope, tomorrow);
    expect(await read(storage, theirs.scope, id)).toBe("theirs");
    // Nor can a row of ours name their object.
    const key = await keyOf(id);
    const stealing = ours.scope.write((db) =>
      db
        .insertInto("files")
        .values({ backend: kind, key, purpose: "x", media_type: "x" })
        .execute(),
    );
    expect(await refusal(stealing)).toMatchObject({ constraint: "files_key_shape" });
  });
});

describe("storage that fails", () => {
  test("is a refusal that passes, and leaves a row for the sweep", async () => {
    const { scope, id: tenantId } = await aTenant();
    const { settings } = places.spaces;
    const away = createStorage({
      ...settings,
      spaces: settings.spaces && { ...settings.spaces, endpoint: "http://127.0.0.1:1" },
    });
    expect(await refusal(store(away, scope, "x"))).toMatchObject({ code: storageUnavailable.code });
    expect(await rowsOf(tenantId)).toEqual([{ state: "pending", backend: "spaces" }]);
    expect((await sweepFiles(away, scope, tomorrow)).failed).not.toBeNull();
    expect(await sweepFiles(places.spaces.storage, scope, tomorrow)).toEqual({
      removed: 1,
      failed: null,
    });
  });

  test("one that a row names and nobody configured is told apart", async () => {
    const { scope } = await aTenant();
    const id = await kept(places.spaces.storage, scope, "x");
    const alone = createStorage({ backend: "local", local: { folder }, spaces: null });
    const error = await refusal(read(alone, scope, id));
    expect(error).toMatchObject({ code: storageUnavailable.code });
    expect(error).toMatchObject({ cause: { message: expect.stringContaining("not configured") } });
  });
});

describe("moveFiles", () => {
  const directions = [
    ["local", "spaces"],
    ["spaces", "local"],
  ] as const;

  test.each(directions)(
    "from %s to %s strands nothing, and tells the audit trail",
    async (from, to) => {
      const { scope, id: tenantId } = await aTenant();
      const [one, two] = [
        await kept(places[from].storage, scope, "one"),
        await kept(places[from].storage, scope, "two"),
      ];
      const there = await kept(places[to].storage, scope, "there");
      const { storage } = places[to];
      expect(await read(storage, scope, one)).toBe("one");
      expect(await scope.read((db) => countElsewhere(storage, db))).toEqual({ files: 2, bytes: 6 });

      expect(await moveFiles(storage, scope, operator)).toEqual({ moved: 2, bytes: 6, failed: [] });

      expect(await scope.read(countFiles)).toEqual([
        { backend: to, state: "kept", files: 3, bytes: 11 },
      ]);
      const left = (await places[from].objects()).filter((key) => key.startsWith(tenantId));
      expect(left).toEqual([]);
      for (const [id, words] of [
        [one, "one"],
        [two, "two"],
        [there, "there"],
      ] as const)
        expect(await read(storage, scope, id)).toBe(words);
      const events = await scope.read((db) =>
        db
          .selectFrom("audit_events")
          .select("data")
          .where("name", "=", "file.moved")
          .orderBy("id")
          .execute(),
      );
      expect(events.map(({ data }) => data)).toEqual([
        { fileId: one, from, to, sizeBytes: 3 },
        { fileId: two, from, to, sizeBytes: 3 },
      ]);
      expect(await moveFiles(storage, scope, operator)).toEqual({ moved: 0, bytes: 0, failed: [] });
    },
  );

  test("leaves a damaged or missing file where it is, names it and moves the rest", async () => {
    const { scope } = await aTenant();
    const { storage } = places.spaces;
    const [damaged, missing, fine] = [
      await kept(places.local.storage, scope, "damaged"),
      await kept(places.local.storage, scope, "missing"),
      await kept(places.local.storage, scope, "fine"),
    ];
    await Bun.write(join(folder, await keyOf(damaged)), "DAMAGED");
    await rm(join(folder, await keyOf(missing)));
    const outcome = await moveFiles(storage, scope, operator);
    expect(outcome).toMatchObject({ moved: 1, bytes: 4 });
    expect(outcome.failed.map(({ id }) => id)).toEqual([damaged, missing]);
    expect(await read(storage, scope, fine)).toBe("fine");
    expect(await scope.read(countFiles)).toContainEqual({
      backend: "local",
      state: "kept",
      files: 2,
      bytes: 14,
    });
  });

  test("goes on after being cut off at any step; every file stays readable", async () => {
    for (const step of ["put", "get", "delete"] as const) {
      const { scope, id: tenantId } = await aTenant();
      const { storage } = places.spaces;
      const id = await kept(places.local.storage, scope, "whole");
      // A process that ends at this step does nothing any more: no clean-up either.
      const cut = new Promise<never>(() => undefined);
      const reached = Promise.withResolvers<void>();
      const ending = () => {
        reached.resolve();
        return cut;
      };
      const dying: Storage = {
        ...storage,
        current: step === "delete" ? storage.current : { ...storage.current, [step]: ending },
        backend: (kind) =>
          step === "delete" && kind === "local"
            ? { ...storage.backend(kind), delete: ending }
            : storage.backend(kind),
      };
      void moveFiles(dying, scope, operator);
      await reached.promise;
      expect(await read(storage, scope, id)).toBe("whole");

      await moveFiles(storage, scope, operator);
      await sweepFiles(storage, scope, tomorrow);
      expect(await read(storage, scope, id)).toBe("whole");
      expect(await rowsOf(tenantId)).toEqual([{ state: "kept", backend: "spaces" }]);
      for (const place of ["local", "spaces"] as const) {
        const mine = (await places[place].objects()).filter((key) => key.startsWith(tenantId));
        expect([step, place, mine.length]).toEqual([step, place, place === "spaces" ? 1 : 0]);
      }
    }
  });

  test("by two at once moves each file once", async () => {
    const { scope, id: tenantId } = await aTenant();
    const { storage } = places.spaces;
    const ids = [];
    for (let n = 0; n < 5; n++) ids.push(await kept(places.local.storage, scope, `file ${n}`));
    const outcomes = await Promise.all([
      moveFiles(storage, scope, operator),
      moveFiles(storage, scope, operator),
    ]);
    expect(outcomes.reduce((sum, { moved }) => sum + moved, 0)).toBe(5);
    await sweepFiles(storage, scope, tomorrow);
    expect(await rowsOf(tenantId)).toHaveLength(5);
    for (const [n, id] of ids.entries()) expect(await read(storage, scope, id)).toBe(`file ${n}`);
    const objects = (await places.spaces.objects()).filter((key) => key.startsWith(tenantId));
    expect(objects).toHaveLength(5);
  });

  test("while it is being read", async () => {
    const { scope } = await aTenant();
    const id = await kept(places.local.storage, scope, "read me");
    const reading = Promise.all(
      Array.from({ length: 30 }, async (_, n) => {
        await Bun.sleep(n);
        return read(places.spaces.storage, scope, id);
      }),
    );
    await moveFiles(places.spaces.storage, scope, operator);
    expect(new Set(await reading)).toEqual(new Set(["read me"]));
  });
});

test("leftovers and files to be moved are found by an index", async () => {
  const { id } = await aTenant();
  await asSuperuser(
    `insert into app.files (tenant_id, backend, key, purpose, media_type, state, sha256, size_bytes)
     select $1::uuid, 'local', ($1::uuid)::text || '/' || gen_random_uuid(), 'p', 'm', 'kept', sha256('x'), 1 from generate_series(1, 5000)`,
    [id],
  );
  await asSuperuser("analyze app.files");
  const plan = async (query: string) =>
    JSON.stringify(await asSuperuser(`explain (costs off) ${query}`, [id]));
  const leftovers = "select id from app.files where tenant_id = $1 and state <> 'kept'";
  expect(await plan(`${leftovers} order by created_at limit 500`)).toContain("files_leftover");
  const moving =
    "select id from app.files where tenant_id = $1 and state = 'kept' and backend <> 'spaces'";
  expect(
    await plan(`${moving} and id > '01900000-0000-7000-8000-000000000000' order by id limit 100`),
  ).toMatch(/files_kept|files_pkey/);
});
