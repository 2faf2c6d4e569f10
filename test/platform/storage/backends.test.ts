// What a backend promises, asked of both: a folder, and a bucket of an S3 server.
import { describe, expect, test } from "bun:test";
import { randomUUID } from "node:crypto";
import { fileTooLarge } from "#platform/storage/errors.ts";
import { bytesOf, measured } from "#platform/storage/content.ts";
import { testDatabase } from "../../support/database.ts";
import { bothPlaces } from "./support.ts";

const places = await bothPlaces();
const { aTenant } = await testDatabase();
const aKey = () => `${randomUUID()}/${randomUUID()}`;
const text = (words: string) => [Buffer.from(words)];

describe.each(["local", "spaces"] as const)("%s", (kind) => {
  const { storage, objects } = places[kind];
  const { current } = storage;
  const read = async (key: string) => {
    const content = await current.get(key);
    return content && (await bytesOf(content, 100_000_000));
  };

  test("answers what was put, and nothing after it was deleted", async () => {
    const key = aKey();
    await current.put(key, text("hello"));
    expect((await read(key))?.toString()).toBe("hello");
    expect(await objects()).toContain(key);
    await current.delete(key);
    expect(await read(key)).toBeNull();
    expect(await objects()).not.toContain(key);
  });

  test("answers null for what was never there, and deletes it without complaint", async () => {
    expect(await current.get(aKey())).toBeNull();
    await current.delete(aKey());
  });

  test.each([0, 1, 64 * 1024, 5 * 1024 * 1024, 12_345_678])("keeps %d bytes", async (size) => {
    const key = aKey();
    const bytes = Buffer.alloc(size, 7);
    async function* inPieces() {
      for (let at = 0; at < size; at += 1_000_000) yield bytes.subarray(at, at + 1_000_000);
    }
    await current.put(key, inPieces());
    expect((await read(key))?.equals(bytes)).toBe(true);
    await current.delete(key);
  });

  test.each([10, 12_000_000])(
    "leaves nothing of a write that fails after %d bytes",
    async (size) => {
      const key = aKey();
      async function* breaking() {
        for (let at = 0; at < size; at += 1_000_000)
          yield Buffer.alloc(Math.min(1_000_000, size - at), 1);
        throw new Error("the source broke");
      }
      const outcome = current.put(key, breaking());
      expect(outcome).rejects.toThrow("the source broke");
      expect(await current.get(key)).toBeNull();
      expect((await objects()).filter((name) => name.startsWith(key))).toEqual([]);
    },
  );

  test("stops at the size that was allowed", async () => {
    const key = aKey();
    const { content } = measured([Buffer.alloc(600), Buffer.alloc(600)], 1_000);
    const refusal = await current.put(key, content).catch((error: unknown) => error);
    expect(refusal).toMatchObject({ code: fileTooLarge.code });
    expect(await current.get(key)).toBeNull();
  });

  test("a reader that stops early leaves nothing open", async () => {
    const key = aKey();
    await current.put(key, [Buffer.alloc(1_000_000, 3)]);
    for (let round = 0; round < 50; round++) {
      for await (const chunk of (await current.get(key)) ?? []) {
        expect(chunk[0]).toBe(3);
        break;
      }
    }
    await current.delete(key);
  });

  test.each([
    "../x",
    "/etc/passwd",
    "",
    `${randomUUID()}/../${randomUUID()}`,
    `${randomUUID()}/a b`,
  ])("refuses the key %p", async (key) => {
    for (const attempt of [current.put(key, text("x")), current.get(key), current.delete(key)])
      expect(attempt).rejects.toThrow("unexpected key");
  });

  test("is not waited for inside a transaction", async () => {
    const { scope } = await aTenant();
    const outcome = scope.read(async () => current.get(aKey()));
    expect(outcome).rejects.toThrow("inside a transaction");
  });

  test("passes its probe, and keeps nothing of it", async () => {
    await storage.probe();
    expect((await objects()).filter((name) => name.startsWith("probe/"))).toEqual([]);
  });
});
