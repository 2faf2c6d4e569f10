// `weft doctor` as an operator runs it: a process with an environment, its output and its exit code.
import { afterAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DoctorReport } from "#src/operations/doctor/index.ts";
import { testDatabase } from "../support/database.ts";

const { settings, asSuperuser } = await testDatabase();
await asSuperuser("insert into app.workers (id) values ('host-12345678')");

const folder = mkdtempSync(join(tmpdir(), "weft-doctor-"));
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
  BASE_DOMAIN: "weft.localhost",
  IS_DEV: "true",
  EMAIL_BACKEND: "mailbox",
  MAILBOX_PATH: join(folder, "mail"),
  LOCAL_STORAGE_PATH: join(folder, "files"),
};

async function doctor(line: readonly string[] = [], extra: Record<string, string> = {}) {
  const child = Bun.spawn([process.execPath, "bin/weft.ts", "doctor", ...line], {
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

describe("weft doctor", () => {
  test("exits 0 where nothing fails, and says a sentence about everything", async () => {
    const { code, out, err } = await doctor();
    expect([err, out.split("\n").filter((line) => line.startsWith("fail"))]).toEqual(["", []]);
    expect(code).toBe(0);
    expect(out).toContain("ok       Isolation of tenants");
    expect(out).toContain("skipped  TLS certificates");
    expect(out).toMatch(/\nNothing failed.*\n$/);
  });

  test("prints everything as JSON, and sends a message when it is told to", async () => {
    const { code, out } = await doctor(["--json", "--mail-to", "ops@example.org"]);
    const report = JSON.parse(out) as DoctorReport;
    expect([code, report.ok]).toEqual([0, true]);
    const mail = report.checks.find(({ name }) => name === "mail");
    expect(mail?.findings.map(({ state }) => state)).toEqual(["ok", "ok"]);
  });

  test("exits 1 with the line that repairs what fails", async () => {
    await asSuperuser("alter table app.mails disable row level security");
    const { code, out } = await doctor();
    await asSuperuser("alter table app.mails enable row level security");
    expect(code).toBe(1);
    expect(out).toContain("Row-level security is off for app.mails");
    expect(out).toContain(
      `repair: docker compose exec db psql -U postgres -d ${settings.name} -c "alter table app.mails enable row level security"`,
    );
    expect(out).toContain("One check failed");
  });

  test("goes on with wrong settings, without the database, and shows no secret", async () => {
    const { code, out, err } = await doctor([], {
      SECRET_KEY: "seven-harbours",
      SMTP_HOST: "x y",
      EMAIL_BACKEND: "smtp",
      POSTGRES_PORT: "1",
      POSTGRES_PASSWORD: "wicker-basket",
    });
    expect([code, err]).toEqual([1, ""]);
    expect(out).toMatch(/fail {5}Settings {14}SECRET_KEY must be at least/);
    expect(out).toContain("SMTP_HOST must be a host name");
    expect(out).toContain("repair: SECRET_KEY=<the output of openssl rand -base64 32>");
    expect(out).toMatch(/fail {5}Database/);
    expect(out).toMatch(
      /skipped {2}Isolation of tenants {2}Not asked, since the database does not answer/,
    );
    expect(out).toMatch(/skipped {2}Mail {18}Not asked, since SMTP_HOST is wrong/);
    expect(out).toMatch(/ok {7}Disk space|warn {5}Disk space/);
    expect(out).not.toMatch(/seven-harbours|wicker-basket/);
  }, 120_000);

  test("goes on with no settings at all", async () => {
    const { code, out } = await doctor([], {
      ...Object.fromEntries(
        Object.keys(environment)
          .slice(2)
          .map((name) => [name, ""]),
      ),
      WEFT_HOME: "/nonexistent",
    });
    expect(code).toBe(1);
    for (const name of ["APPUSER_PASSWORD", "BASE_DOMAIN", "SECRET_KEY", "SMTP_HOST"])
      expect(out).toContain(`repair: ${name}=`);
  }, 120_000);

  test("ends although the database and the mail server take the call and say nothing", async () => {
    const silent = createServer(() => undefined).listen(0, "127.0.0.1");
    await new Promise((listening) => silent.once("listening", listening));
    const port = String((silent.address() as AddressInfo).port);
    const startedAt = performance.now();
    const { code, out } = await doctor([], {
      POSTGRES_PORT: port,
      EMAIL_BACKEND: "smtp",
      SMTP_HOST: "127.0.0.1",
      SMTP_PORT: port,
    });
    silent.close();
    expect(performance.now() - startedAt).toBeLessThan(16_000);
    expect(code).toBe(1);
    expect(out).toMatch(/fail {5}Database/);
    expect(out).toMatch(/fail {5}Mail/);
    expect(out).toContain("skipped  Roles and grants");
  }, 120_000);

  test("refuses an option it does not know", async () => {
    expect((await doctor(["--bogus"])).code).toBe(2);
  });
});
