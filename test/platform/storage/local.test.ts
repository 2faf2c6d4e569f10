// Files in a folder: what a full disk, a killed process, wrong rights and a mistyped path leave behind.
import { afterAll, describe, expect, test } from "bun:test";
import { randomUUID } from "node:crypto";
import { chmod, mkdir, mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { localBackend } from "#platform/storage/backends/local.ts";
import { createLogger } from "#platform/log.ts";
import { createStorage, probeAtStart } from "#platform/storage/storage.ts";
import { aFolder, filesIn } from "./support.ts";

const storageIn = (folder: string) =>
  createStorage({ backend: "local", local: { folder }, spaces: null });
const aKey = () => `${randomUUID()}/${randomUUID()}`;

describe("the folder", () => {
  test("is made when only it is missing; files and folders are for our user alone", async () => {
    const folder = join(await aFolder(), "files");
    const key = aKey();
    await localBackend(folder).put(key, [Buffer.from("x")]);
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
    expect((await stat(join(folder, key))).mode & 0o777).toBe(0o600);
  });

  test("is not made where its parent is missing: the probe says so in one sentence", async () => {
    const folder = join(await aFolder(), "mistyped/files");
    expect(storageIn(folder).probe()).rejects.toThrow(
      new RegExp(
        `^files cannot be kept in ${folder}: .*ENOENT.*; check that the folder exists.*LOCAL_STORAGE_PATH$`,
      ),
    );
  });

  test("that is a file stops the start", async () => {
    const folder = join(await aFolder(), "file");
    await Bun.write(folder, "x");
    expect(storageIn(folder).probe()).rejects.toThrow(/ENOTDIR/);
  });

  test.skipIf(process.geteuid?.() === 0)("that cannot be written stops the start", async () => {
    const folder = await aFolder();
    await chmod(folder, 0o500);
    expect(storageIn(folder).probe()).rejects.toThrow(/EACCES/);
  });
});

// A disk of 1 MiB. Only root may mount one.
const small = await mkdtemp(join(tmpdir(), "weft-small-"));
const mounted =
  process.platform === "linux" &&
  Bun.which("mount") !== null &&
  Bun.spawnSync(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", small]).exitCode === 0;
afterAll(async () => {
  if (mounted) Bun.spawnSync(["umount", "-l", small]);
  await rm(small, { recursive: true });
});

describe.skipIf(!mounted)("a full disk", () => {
  const backend = localBackend(small);

  test("refuses the file, keeps no half of it, and takes a smaller one", async () => {
    const [large, little] = [aKey(), aKey()];
    const content = Array.from({ length: 40 }, () => Buffer.alloc(64 * 1024, 1));
    expect(backend.put(large, content)).rejects.toThrow(/ENOSPC/);
    expect(await backend.get(large)).toBeNull();
    expect(await filesIn(small)).toEqual([]);
    await backend.put(little, [Buffer.from("little")]);
    expect(await filesIn(small)).toEqual([little]);
  });

  test("fails the probe with the reason", async () => {
    await mkdir(join(small, "filler"), { recursive: true });
    await Bun.write(join(small, "filler/f"), Buffer.alloc(2 * 1024 * 1024)).catch(() => 0);
    expect(storageIn(small).probe()).rejects.toThrow(/files cannot be kept in .*ENOSPC/);
  });

  test("is logged by a process that starts, and does not stop it; a wrong folder does", async () => {
    await mkdir(join(small, "filler"), { recursive: true });
    await Bun.write(join(small, "filler/f"), Buffer.alloc(2 * 1024 * 1024)).catch(() => 0);
    const lines: string[] = [];
    const log = createLogger({ level: "warn" }, { write: (line) => void lines.push(line) });
    await probeAtStart(storageIn(small), log);
    expect(lines.join("")).toMatch(/"level":"error".*ENOSPC.*"msg":"storage_full"/);
    const nowhere = storageIn(join(small, "missing/folder"));
    expect(probeAtStart(nowhere, log)).rejects.toThrow("files cannot be kept");
  });
});

describe("a process that is killed while it writes", () => {
  test("leaves no file, and what it leaves is removed with the key", async () => {
    const folder = await aFolder();
    const key = aKey();
    const code = `
      import { localBackend } from "#platform/storage/backends/local.ts";
      async function* slow() {
        for (;;) { yield Buffer.alloc(65536, 1); console.log("wrote"); await Bun.sleep(5); }
      }
      await localBackend(${JSON.stringify(folder)}).put(${JSON.stringify(key)}, slow());`;
    const script = join(import.meta.dir, `../../../.artifacts/kill-${process.pid}.ts`);
    await Bun.write(script, code);
    const child = Bun.spawn([process.execPath, script], { stdout: "pipe", stderr: "inherit" });
    for await (const _ of child.stdout) break;
    await Bun.sleep(50);
    child.kill("SIGKILL");
    await child.exited;
    await Bun.file(script).delete();
    const backend = localBackend(folder);
    expect(await backend.get(key)).toBeNull();
    expect(await filesIn(folder)).toEqual([`${key}.part`]);
    await backend.delete(key);
    expect(await filesIn(folder)).toEqual([]);
    expect(await readdir(folder)).toEqual([key.split("/")[0] ?? ""]);
  });
});
