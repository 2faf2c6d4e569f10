// `weft passwords` and `weft user import`, as an operator runs them: processes, their output and their exit codes.
import { afterAll, describe, expect, test } from "bun:test";
import { createHash } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { testDatabase } from "../support/database.ts";

const { settings, aTenant } = await testDatabase();
const folder = mkdtempSync(join(tmpdir(), "weft-passwords-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

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
  LOCAL_STORAGE_PATH: folder,
};

async function weft(words: readonly string[], input: string | null = null) {
  const child = Bun.spawn([process.execPath, "bin/weft.ts", ...words], {
    cwd: join(import.meta.dir, "../.."),
    env: environment,
    stdin: input === null ? "ignore" : new Blob([input]),
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
const list = ["hunter2", "letmein"]
  .map((password) => `${createHash("sha1").update(password).digest("hex").toUpperCase()}:9\r\n`)
  .sort()
  .join("");

describe("weft passwords", () => {
  test("import-breaches makes the filter, check-filter says what it holds", async () => {
    expect(await weft(["passwords", "check-filter"])).toMatchObject({
      code: 1,
      err: expect.stringContaining("there is no filter at"),
    });
    await Bun.write(join(folder, "list.txt"), list);
    const made = await weft(["passwords", "import-breaches", join(folder, "list.txt"), "--json"]);
    expect(made.err).toBe("");
    expect(JSON.parse(made.out)).toMatchObject({
      path: join(folder, "breached-passwords.filter"),
      entries: 2,
    });
    const checked = await weft(["passwords", "check-filter"]);
    expect(checked.code).toBe(0);
    expect(checked.out).toMatch(/entries: 2[^]*falsePositives: 6\.8e-21/);
  });

  test("reads standard input, and refuses a list that is not one in a sentence, keeping the filter", async () => {
    expect(await weft(["passwords", "import-breaches"], list)).toMatchObject({ code: 0 });
    const refused = await weft(["passwords", "import-breaches"], "hunter2\n");
    expect(refused).toMatchObject({ code: 1, err: expect.stringMatching(/^line 1 is not SHA1/) });
    expect(await weft(["passwords", "check-filter"])).toMatchObject({ code: 0 });
    expect(await weft(["passwords", "import-breaches", join(folder, "none")])).toMatchObject({
      code: 1,
      err: expect.stringContaining("is not a file"),
    });
  });
});

describe("weft user import", () => {
  test("adds what can be taken, names the lines that cannot, and may be run again", async () => {
    const { subdomain, scope } = await aTenant();
    const passwordHash = await Bun.password.hash("x", { algorithm: "bcrypt", cost: 4 });
    const person = (email: string, more: object = {}) =>
      JSON.stringify({ firstName: "Ada", lastName: "Lovelace", email, ...more });
    const path = join(folder, "people.jsonl");
    await Bun.write(
      path,
      [
        person("ada@example.com", { passwordHash, emailVerified: true }),
        "",
        person("grace@example.com"),
        person("no address"),
        person("half@example.com", { passwordHash }),
        "not JSON",
      ].join("\n"),
    );
    const words = ["user", "import", path, "--tenant", subdomain, "--json"];
    const dry = await weft([...words, "--dry-run"]);
    expect(JSON.parse(dry.out)).toEqual({ added: 1, invited: 1, refused: 3 });
    const first = await weft(words);
    expect(JSON.parse(first.out)).toEqual({ added: 1, invited: 1, refused: 3 });
    expect(first.code).toBe(1);
    expect(first.err).toMatch(/^line 4: email: /m);
    expect(first.err).toMatch(/^line 5: emailVerified: /m);
    expect(first.err).toMatch(/^line 6: /m);
    expect(JSON.parse((await weft(words)).out)).toEqual({ added: 0, invited: 0, refused: 5 });
    const people = await scope.read((db) => db.selectFrom("users").select("state").execute());
    expect(people.map(({ state }) => state).toSorted()).toEqual(["active", "invited"]);
  });
});
