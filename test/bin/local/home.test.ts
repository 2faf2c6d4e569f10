// The home folder of a local start and the secrets in it.

import { afterAll, describe, expect, test } from "bun:test";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { openHome } from "../../../bin/local/home.ts";
import { closedFolder, cleanUp } from "./support.ts";

const repository = closedFolder();
afterAll(cleanUp);

const refusal = (folder: string) =>
  openHome(folder, repository).then(
    () => "",
    (error: Error) => error.message,
  );

describe("openHome", () => {
  test("is .weft in the repository, or where WEFT_HOME says; for its owner alone", async () => {
    expect((await openHome(undefined, repository)).folder).toBe(join(repository, ".weft"));
    expect((await openHome(" ", repository)).folder).toBe(join(repository, ".weft"));
    const elsewhere = join(repository, "deep/er");
    const home = await openHome(elsewhere, repository);
    expect(home).toMatchObject({ folder: elsewhere, dataDir: join(elsewhere, "postgres") });
    expect(statSync(elsewhere).mode & 0o777).toBe(0o700);
    expect(statSync(join(elsewhere, "secrets.json")).mode & 0o777).toBe(0o600);
  });

  test("makes the secrets once: a 32-byte key, a long password, different in every home", async () => {
    const first = await openHome(join(repository, "one"), repository);
    expect(Buffer.from(first.secrets.SECRET_KEY, "base64")).toHaveLength(32);
    expect(first.secrets.APPUSER_PASSWORD.length).toBeGreaterThanOrEqual(32);
    expect((await openHome(join(repository, "one"), repository)).secrets).toEqual(first.secrets);
    const second = await openHome(join(repository, "two"), repository);
    expect(second.secrets.SECRET_KEY).not.toBe(first.secrets.SECRET_KEY);
    expect(second.secrets.APPUSER_PASSWORD).not.toBe(first.secrets.APPUSER_PASSWORD);
  });

  test("gives the same secrets to all that open a new home at once, and leaves no half", async () => {
    const folder = join(repository, "crowd");
    const homes = await Promise.all(Array.from({ length: 20 }, () => openHome(folder, repository)));
    expect(new Set(homes.map(({ secrets }) => secrets.SECRET_KEY)).size).toBe(1);
    expect(readdirSync(folder)).toEqual(["secrets.json"]);
  });

  test("closes secrets that a copy has opened to others", async () => {
    const folder = join(repository, "one");
    chmodSync(join(folder, "secrets.json"), 0o644);
    await openHome(folder, repository);
    expect(statSync(join(folder, "secrets.json")).mode & 0o777).toBe(0o600);
  });

  test("refuses damaged secrets and leaves them as they are", async () => {
    const folder = join(repository, "damaged");
    mkdirSync(folder);
    const file = join(folder, "secrets.json");
    for (const content of [
      "",
      "{",
      "{}",
      '{"SECRET_KEY":"c2hvcnQ=","APPUSER_PASSWORD":"0123456789abcdef"}',
    ]) {
      writeFileSync(file, content);
      expect(await refusal(folder)).toStartWith(`${file} is damaged: `);
      expect(readFileSync(file, "utf8")).toBe(content);
    }
  });

  test("refuses to make new secrets beside old data", async () => {
    const folder = join(repository, "lost");
    mkdirSync(join(folder, "postgres"), { recursive: true });
    expect(await refusal(folder)).toStartWith(
      `${join(folder, "secrets.json")} is missing although ${join(folder, "postgres")} exists`,
    );
    expect(existsSync(join(folder, "secrets.json"))).toBe(false);
  });

  test("says so when the folder is a file", async () => {
    const file = join(repository, "file");
    writeFileSync(file, "");
    expect(await refusal(file)).toStartWith(`cannot use ${file} for local data: `);
  });
});
