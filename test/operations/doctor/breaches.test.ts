// What the doctor says about the list of breached passwords.
import { afterAll, describe, expect, test } from "bun:test";
import { createHash } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openDatabase } from "#platform/db/database.ts";
import { buildFilter } from "#platform/passwords/breaches/build.ts";
import { type BreachSettings, createBreachChecker } from "#platform/passwords/breaches/checker.ts";
import { fakeBreaches } from "../../support/breaches.ts";
import { testConfig, testServices } from "../../support/services.ts";
import { examine } from "./support.ts";

const database = openDatabase({ ...testConfig().database, host: "127.0.0.1", port: 1 });
afterAll(() => database.close());
const directory = mkdtempSync(join(tmpdir(), "weft-doctor-breaches-"));
afterAll(() => rmSync(directory, { recursive: true }));
const services = testServices(database);
const outbound = fakeBreaches();

const found = (settings: Partial<BreachSettings>) =>
  examine(
    {
      ...services,
      breaches: createBreachChecker(
        {
          mode: "online",
          baseUrl: "https://ranges.example",
          filterPath: join(directory, "none"),
          ...settings,
        },
        { outbound, log: services.log },
      ),
    },
    "breaches",
  );
async function filter(name: string, writtenAt: Date): Promise<string> {
  const path = join(directory, name);
  const digits = createHash("sha1").update("hunter2").digest("hex");
  await buildFilter(new Blob([`${digits}:1\n`]).stream(), path, writtenAt);
  return path;
}

describe("the list of breached passwords", () => {
  test("online is the service, which answers or not", async () => {
    outbound.fetch = answering(`${"A".repeat(35)}:1`);
    expect(await found({})).toMatchObject({
      state: "ok",
      findings: [{ says: expect.stringContaining("ranges.example") }],
    });
    outbound.fetch = answering("<html>welcome to the hotel</html>");
    expect(await found({})).toMatchObject({
      state: "warn",
      findings: [{ repair: expect.stringContaining("BREACH_CHECK=offline") }],
    });
  });

  test("offline is the filter: there, old, missing or damaged", async () => {
    const filterPath = await filter("new", new Date());
    expect(await found({ mode: "offline", filterPath })).toMatchObject({
      state: "ok",
      findings: [{ says: expect.stringContaining("1 breached ones on this machine") }],
    });
    const old = await filter("old", new Date("2020-01-01"));
    expect(await found({ mode: "offline", filterPath: old })).toMatchObject({
      state: "warn",
      findings: [{ says: expect.stringContaining("2020-01-01") }],
    });
    const repair = "docker compose exec app weft passwords import-breaches FILE";
    expect(await found({ mode: "offline" })).toMatchObject({
      state: "fail",
      findings: [{ repair }],
    });
    await Bun.write(join(directory, "damaged"), "x".repeat(100));
    expect(await found({ mode: "offline", filterPath: join(directory, "damaged") })).toMatchObject({
      state: "fail",
      findings: [{ repair }],
    });
  });

  test("online beside a filter is both", async () => {
    outbound.fetch = answering(`${"A".repeat(35)}:1`);
    const { findings } = await found({ filterPath: await filter("both", new Date()) });
    expect(findings).toHaveLength(2);
  });

  test("off is skipped", async () => {
    expect(await found({ mode: "off" })).toMatchObject({ state: "skipped" });
  });
});

const answering = (body: string) => () =>
  Promise.resolve({
    status: 200,
    headers: new Headers(),
    body: Buffer.from(body),
    text: () => body,
  });
