// The checks of what lies beside the application: settings, mail, cache, disk; and how checks run beside each other.
import { afterAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openDatabase } from "#platform/db/database.ts";
import { createMailTransport, type MailSettings } from "#platform/mail/transport.ts";
import { createStorage } from "#platform/storage/storage.ts";
import { parseDespiteProblems } from "#src/config/stand-ins.ts";
import { type Check, runDoctor, summary } from "#src/operations/doctor/index.ts";
import { judgeSpace } from "#src/operations/doctor/checks/disk.ts";
import { createAuthority } from "../../platform/outbound/authority.ts";
import { serve, wayOut } from "../../platform/outbound/peers.ts";
import { reply, smtpPeer, type PeerOptions } from "../../platform/mail/smtp-peer.ts";
import { needs } from "../../support/programs.ts";
import { testConfig, testServices } from "../../support/services.ts";
import { examine } from "./support.ts";

// Nothing here asks the database.
const database = openDatabase({ ...testConfig().database, host: "127.0.0.1", port: 1 });
afterAll(() => database.close());
const services = testServices(database);
const directory = mkdtempSync(join(tmpdir(), "weft-doctor-"));
afterAll(() => rmSync(directory, { recursive: true }));

describe("settings", () => {
  const valid = {
    BASE_DOMAIN: "id.example.com",
    SECRET_KEY: "0f9d2b7c4e8a16350f1b8d6c9e3a5720d4c8b1a69f7e2035b6d4c1e8f7a90b32",
    POSTGRES_PASSWORD: "p",
    SMTP_HOST: "mail.example.com",
  };
  const wrong = (change: Readonly<Record<string, string>>) =>
    parseDespiteProblems({ ...valid, ...change });

  test("that are right are what they are", () => {
    const { config, problems } = wrong({});
    expect([config.http.baseDomain, problems]).toEqual(["id.example.com", []]);
  });

  test.each([
    [{ SECRET_KEY: "short" }, ["SECRET_KEY"]],
    [{ BASE_DOMAIN: "https://id.example.com", SMTP_PORT: "x" }, ["BASE_DOMAIN", "SMTP_PORT"]],
    [{ EMAIL_BACKEND: "pigeon" }, ["EMAIL_BACKEND"]],
    [{ EMAIL_BACKEND: "sendgrid" }, ["SENDGRID_API_KEY"]],
    [{ SMTP_USER: "lonely" }, ["SMTP_USER"]],
    [{ SMTP_PASS: "lonely" }, ["SMTP_USER"]],
    [{ PORT: "8001" }, ["INTERNAL_PORT"]],
    [{ IS_DEV: "true" }, ["IS_DEV"]],
    [{ SMTP_TLS_CA: "/nonexistent/ca.pem" }, ["SMTP_TLS_CA"]],
    [
      { BASE_DOMAIN: "", SECRET_KEY: "", POSTGRES_PASSWORD: "", SMTP_HOST: "" },
      ["POSTGRES_PASSWORD", "BASE_DOMAIN", "SECRET_KEY", "SMTP_HOST"],
    ],
  ])("%p: what is wrong is named, and the rest can be looked at", (change, names) => {
    expect(wrong(change as never).problems.map(({ name }) => name)).toEqual(names);
  });

  test("that are wrong skip the checks that need them, and no others", async () => {
    const { problems } = wrong({ SMTP_PORT: "x", SECRET_KEY: "short", TRUSTED_PROXIES: "*" });
    const { ok, checks } = await runDoctor(services, { problems });
    expect(ok).toBe(false);
    const [settings] = checks;
    expect(settings?.findings.map(({ repair }) => repair?.split("=")[0])).toEqual([
      "SECRET_KEY",
      "TRUSTED_PROXIES",
      "SMTP_PORT",
    ]);
    expect(JSON.stringify(settings)).not.toContain("short,");
    const skipped = checks.filter(({ findings }) =>
      findings.some(({ says }) => says.startsWith("Not asked, since ")),
    );
    expect(skipped.map(({ name }) => name)).toContain("mail");
    expect(skipped.map(({ name }) => name)).toContain("proxy");
    expect(skipped.map(({ name }) => name)).not.toContain("cache");
  }, 120_000);

  test("that are for development alone are a warning there", async () => {
    const dev = testServices(database, { variables: { IS_DEV: "true", BYPASS_OTP: "true" } });
    expect(await examine(dev, "configuration")).toMatchObject({ state: "warn" });
  });
});

describe("mail", () => {
  const by = (backend: MailSettings["backend"], mailTo: string | null = null) => {
    const { outbound, clock } = { ...services, outbound: wayOut().outbound };
    const mail = { from: "no-reply@id.example.com", backend };
    const transport = createMailTransport(mail, outbound, clock);
    const own = { ...services, outbound, mail: transport, config: { ...services.config, mail } };
    return examine(own, "mail", { mailTo });
  };
  const smtp = async (options: PeerOptions, change: Readonly<Record<string, unknown>> = {}) => {
    await using peer = await smtpPeer(options);
    const report = await by({ ...peer.settings, ...change });
    return { report, received: peer.received.length, commands: peer.commands };
  };
  const auth: PeerOptions = {
    server: {
      authOptional: false,
      onAuth: ((
        given: { password?: string },
        _: unknown,
        done: (error: Error | null, answer?: object) => void,
      ) =>
        given.password === "right" ? done(null, { user: "me" }) : done(reply(535, "no"))) as never,
    },
  };
  const login = (password: string) => ({ login: { user: "me", password } });

  test("by SMTP is tried up to the login, and nothing is sent", async () => {
    const { report, received, commands } = await smtp(auth, login("right"));
    expect(report).toMatchObject({ state: "ok" });
    expect([received, commands]).toEqual([0, []]);
  });

  test("with another password is repaired by the password", async () => {
    const { report } = await smtp(auth, login("wrong"));
    expect(report.findings[0]).toMatchObject({
      state: "fail",
      repair: expect.stringMatching(/^SMTP_PASS=/),
    });
    expect(JSON.stringify(report)).not.toContain("wrong");
  });

  test("with a certificate that nobody here knows is repaired by the authority's", async () => {
    const { report } = await smtp({ believed: createAuthority() });
    expect(report.findings[0]).toMatchObject({
      state: "fail",
      repair: expect.stringMatching(/^SMTP_TLS_CA=/),
    });
  });

  test("where nobody listens is repaired by the host", async () => {
    const { report } = await smtp({}, { port: 1 });
    expect(report.findings[0]).toMatchObject({
      state: "fail",
      repair: expect.stringMatching(/^SMTP_HOST=/),
    });
  });

  test("is sent in earnest when an address is given", async () => {
    await using peer = await smtpPeer();
    const report = await by(peer.settings, "ops@example.org");
    expect(report.findings.map(({ state }) => state)).toEqual(["ok", "ok"]);
    expect(peer.received[0]?.to).toEqual(["ops@example.org"]);
    await using refusing = await smtpPeer({
      server: { onMailFrom: (_, __, done) => done(reply(550, "not you")) },
    });
    const refused = await by(refusing.settings, "ops@example.org");
    expect(refused.findings).toMatchObject([
      { state: "ok" },
      { state: "fail", repair: "docker compose exec app weft verify-email --to ops@example.org" },
    ]);
  });

  const provider = async (kind: "sendgrid" | "resend", status: number, body: unknown) => {
    const asked: string[] = [];
    await using peer = serve((request) => {
      asked.push(
        `${request.method} ${new URL(request.url).pathname} ${request.headers.get("authorization")}`,
      );
      return Response.json(body, { status });
    });
    const report = await by({ kind, apiKey: "key-1", baseUrl: peer.origin });
    return { state: report.state, repair: report.findings[0]?.repair, asked };
  };

  test.each([
    [200, { scopes: ["mail.send", "x"] }, "ok"],
    [200, { scopes: ["x"] }, "fail"],
    [401, { errors: [{ message: "no" }] }, "fail"],
    [200, "nonsense", "fail"],
  ])("by SendGrid: %p %p is %s", async (status, body, state) => {
    const answer = await provider("sendgrid", status, body);
    expect(answer.state).toBe(state as never);
    expect(answer.asked).toEqual(["GET /v3/scopes Bearer key-1"]);
    if (state === "fail") expect(answer.repair).toStartWith("SENDGRID_API_KEY=");
  });

  const domain = (name: string, status: string) => ({ data: [{ name, status }] });
  test.each([
    [200, domain("id.example.com", "verified"), "ok", null],
    [200, domain("id.example.com", "pending"), "fail", "FROM_EMAIL="],
    [200, domain("other.example.com", "verified"), "fail", "FROM_EMAIL="],
    [401, { name: "restricted_api_key" }, "ok", null],
    [400, { name: "validation_error", message: "API key is invalid" }, "fail", "RESEND_API_KEY="],
  ])("by Resend: %p %p is %s", async (status, body, state, repair) => {
    const answer = await provider("resend", status, body);
    expect(answer.state).toBe(state as never);
    if (repair) expect(answer.repair).toStartWith(repair);
  });

  test("into a folder needs one that can be written to", async () => {
    expect(await by({ kind: "mailbox", path: join(directory, "new") })).toMatchObject({
      state: "ok",
    });
    const file = join(directory, "a-file");
    await Bun.write(file, "x");
    expect(await by({ kind: "mailbox", path: join(file, "new") })).toMatchObject({ state: "fail" });
  });
});

const memcached = needs("memcached");
describe.skipIf(!memcached.found)("memcached", () => {
  test("is asked to remember; stopped, it is a warning with the line that starts it", async () => {
    const probe = Bun.listen({ port: 0, hostname: "127.0.0.1", socket: { data: () => undefined } });
    const { port } = probe;
    probe.stop(true);
    const user = process.getuid?.() === 0 ? ["-u", "root"] : [];
    const child = Bun.spawn([
      memcached.path,
      "-l",
      "127.0.0.1",
      "-p",
      String(port),
      "-m",
      "8",
      ...user,
    ]);
    const variables = { MEMCACHED_HOST: "127.0.0.1", MEMCACHED_PORT: String(port) };
    const cached = testServices(database, { variables });
    const giveUpAt = Date.now() + 5_000;
    while ((await examine(cached, "cache")).state !== "ok" && Date.now() < giveUpAt)
      await Bun.sleep(50);
    expect(await examine(cached, "cache")).toMatchObject({ state: "ok" });
    child.kill();
    await child.exited;
    expect(await examine(cached, "cache")).toMatchObject({
      state: "warn",
      findings: [{ repair: "docker compose up -d memcached" }],
    });
  });
});

test("memcached that is not set is skipped", async () => {
  expect(await examine(services, "cache")).toMatchObject({ state: "skipped" });
});

describe("storage", () => {
  test("is tried by writing, reading and removing a file", async () => {
    const folder = join(directory, "files");
    const kept = { ...services, storage: storageIn(folder) };
    expect(await examine(kept, "storage")).toMatchObject({
      state: "ok",
      findings: [{ says: expect.stringContaining(folder) }],
    });
  });

  test("that cannot be written to fails with the folder's name", async () => {
    const file = join(directory, "no-folder");
    await Bun.write(file, "");
    expect(await examine({ ...services, storage: storageIn(file) }, "storage")).toMatchObject({
      state: "fail",
      findings: [
        {
          says: expect.stringContaining(file),
          repair: "docker compose exec app weft storage status",
        },
      ],
    });
  });
});

const storageIn = (folder: string) =>
  createStorage({ backend: "local", local: { folder }, spaces: null });

describe("disk space", () => {
  const gib = 1024 ** 3;
  test.each([
    [50 * gib, 100 * gib, "ok"],
    [5 * gib, 100 * gib, "warn"],
    [100 * gib, 2000 * gib, "ok"],
    [0.5 * gib, 2 * gib, "warn"],
    [1 * gib, 100 * gib, "fail"],
    [0.1 * gib, 0.5 * gib, "fail"],
    [0, 0, "fail"],
  ])("%p of %p is %s", (free, total, state) => {
    expect(judgeSpace(free, total)).toBe(state as never);
  });

  test("of this machine is named", async () => {
    const { findings } = await examine(services, "disk");
    expect(findings[0]?.says).toMatch(/^[\d.]+ [GM]iB of [\d.]+ GiB are free at \//);
  });
});

describe("a run", () => {
  const check = (name: string, run: Check["run"]): Check => ({
    name,
    title: name,
    settings: [],
    run,
  });
  const fine = check("fine", () => Promise.resolve({ state: "ok", says: "fine", repair: null }));

  test("reports a check that hangs as late, and a check that throws as failed, beside the others", async () => {
    const hangs = check("hangs", () => new Promise(() => undefined));
    const throws = check("throws", () =>
      Promise.reject(new Error("password of jane@example.com is wrong")),
    );
    const startedAt = performance.now();
    const { ok, checks } = await runDoctor(services, {
      checks: [hangs, throws, fine],
      limitSeconds: 0.3,
    });
    expect(performance.now() - startedAt).toBeLessThan(2_000);
    expect(ok).toBe(false);
    expect(checks.map(({ name, state }) => [name, state])).toEqual([
      ["hangs", "fail"],
      ["throws", "fail"],
      ["fine", "ok"],
    ]);
    expect(checks[0]?.findings[0]?.says).toContain("0.3 s");
    expect(checks[1]?.findings[0]?.says).toContain("j***@example.com");
    expect(summary(checks)).toBe("2 checks failed");
  });

  test("is well with warnings", async () => {
    const warns = check("warns", () =>
      Promise.resolve({ state: "warn", says: "hm", repair: "mend it" }),
    );
    const { ok, checks } = await runDoctor(services, { checks: [warns, fine] });
    expect([ok, summary(checks)]).toEqual([true, "Nothing failed, one warning"]);
  });
});
