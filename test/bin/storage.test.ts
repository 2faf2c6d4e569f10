// `weft storage` and the start, as an operator runs them: processes, their output and their exit codes.
import { describe, expect, test } from "bun:test";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { keepFile, readFile, storeFile } from "#platform/storage/files.ts";
import { testDatabase } from "../support/database.ts";
import { bothPlaces, filesIn } from "../platform/storage/support.ts";

const { settings, aTenant } = await testDatabase();
const places = await bothPlaces();
const { local, spaces } = places.local.settings;
if (!spaces) throw new Error("no bucket");

const environment = {
  PATH: Bun.env["PATH"] ?? "",
  HOME: tmpdir(),
  POSTGRES_HOST: settings.host,
  POSTGRES_PORT: String(settings.port),
  POSTGRES_DB: settings.name,
  POSTGRES_USER: settings.user,
  POSTGRES_PASSWORD: settings.password,
  SECRET_KEY: Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString("base64"),
  BASE_DOMAIN: "id.weft.test",
  SMTP_HOST: "127.0.0.1",
  LOCAL_STORAGE_PATH: local.folder,
  SPACES_ENDPOINT: spaces.endpoint,
  SPACES_BUCKET: spaces.bucket,
  SPACES_KEY: spaces.key,
  SPACES_SECRET: spaces.secret,
};

async function weft(line: string, extra: Record<string, string> = {}) {
  const child = Bun.spawn([process.execPath, "bin/weft.ts", ...line.split(" ")], {
    cwd: join(import.meta.dir, "../.."),
    env: { ...environment, ...extra },
    stdout: "pipe",
    stderr: "pipe",
  });
  const [out, err, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  return { code, out, err };
}
const inBucket = { STORAGE_BACKEND: "spaces" };

async function aTenantWithFiles(subdomain: string, count: number) {
  const { scope } = await aTenant(subdomain);
  const ids = [];
  for (let n = 0; n < count; n++) {
    const stored = await storeFile(places.local.storage, scope, {
      purpose: "test.file",
      mediaType: "text/plain",
      content: [Buffer.from(`file ${n}`)],
      maxBytes: 100,
    });
    await scope.write((db) => keepFile(db, stored));
    ids.push(stored.id);
  }
  return { scope, ids };
}

describe("weft storage", () => {
  test("says where files are, moves those of every tenant, and says so", async () => {
    const [acme, other] = [await aTenantWithFiles("acme", 2), await aTenantWithFiles("other", 1)];
    const before = await weft("storage status --json");
    expect(JSON.parse(before.out)).toEqual({
      backend: "local",
      place: local.folder,
      works: true,
      local: 3,
      spaces: 0,
      localBytes: 18,
      spacesBytes: 0,
      leftovers: 0,
    });

    const dry = await weft("storage migrate --dry-run --json", inBucket);
    expect(JSON.parse(dry.out)).toEqual([
      { tenant: "acme", files: 2, bytes: 12 },
      { tenant: "other", files: 1, bytes: 6 },
    ]);
    expect(await filesIn(local.folder)).toHaveLength(3);

    const ran = await weft("storage migrate", inBucket);
    expect({ code: ran.code, err: ran.err }).toEqual({ code: 0, err: "" });
    expect(ran.out).toMatch(/^acme +2 +12 +2 +0$/m);
    expect(await filesIn(local.folder)).toEqual([]);
    for (const { scope, ids } of [acme, other]) {
      const contents = ids.map((id) => readFile(places.spaces.storage, scope, id));
      expect((await Promise.all(contents)).map(String)).toEqual(ids.map((_, n) => `file ${n}`));
      const actors = await scope.read((db) =>
        db.selectFrom("audit_events").select("actor").where("name", "=", "file.moved").execute(),
      );
      expect(actors[0]?.actor).toEqual({ kind: "operator", command: "storage migrate" });
    }
    expect((await weft("storage migrate", inBucket)).out).toBe("all files are in spaces storage\n");
  }, 60_000);

  test("names a file that cannot be moved and exits 1", async () => {
    const { ids } = await aTenantWithFiles("broken", 1);
    const [key = ""] = await filesIn(local.folder);
    await Bun.write(join(local.folder, key), "other");
    const { code, err } = await weft("storage migrate", inBucket);
    expect(code).toBe(1);
    expect(err).toBe(`broken: file ${ids[0]}: its contents are not what was stored\n`);
  }, 60_000);

  test("does nothing when the storage does not work, and says why without the secret", async () => {
    const away = { ...inBucket, SPACES_ENDPOINT: "http://127.0.0.1:1", SPACES_SECRET: "s3cret" };
    for (const line of ["storage status", "storage migrate", "serve", "worker"]) {
      const { code, out, err } = await weft(line, away);
      expect([line, code]).toEqual([line, 1]);
      expect(err).toStartWith("files cannot be kept in http://127.0.0.1:1/weft-files: ");
      expect(err.trim()).not.toContain("\n");
      expect(out + err).not.toContain("s3cret");
    }
  }, 60_000);

  test("a folder that cannot be used stops the start with one sentence", async () => {
    for (const line of ["serve", "worker"]) {
      const { code, err } = await weft(line, { LOCAL_STORAGE_PATH: "/dev/null/files" });
      expect([line, code]).toEqual([line, 1]);
      expect(err).toMatch(/^files cannot be kept in \/dev\/null\/files: .*LOCAL_STORAGE_PATH\n$/);
    }
  }, 60_000);
});
