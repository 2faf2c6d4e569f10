// The operator's command as an operator runs it: a process with an environment, its output and its exit code.
import { afterAll, describe, expect, test } from "bun:test";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { testDatabase } from "../support/database.ts";

const { settings, superuser, asSuperuser } = await testDatabase();
const mailbox = mkdtempSync(join(tmpdir(), "weft-mail-"));
afterAll(() => rmSync(mailbox, { recursive: true, force: true }));

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
  IS_DEV: "true",
  EMAIL_BACKEND: "mailbox",
  MAILBOX_PATH: mailbox,
  FROM_EMAIL: "no-reply@id.weft.test",
};

interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

async function weft(line: readonly string[], extra: Record<string, string> = {}): Promise<Ran> {
  const child = Bun.spawn([process.execPath, "bin/weft.ts", ...line], {
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

const founding = (over: Record<string, string> = {}) =>
  Object.entries({
    subdomain: "acme",
    "tenant-name": "Acme Corp",
    email: "jane@acme.example",
    "first-name": "Jane",
    "last-name": "Smith",
    ...over,
  }).flatMap(([name, value]) => [`--${name}`, value]);

const newestMail = () => {
  const file = readdirSync(mailbox)
    .filter((name) => name.endsWith(".json"))
    .sort()
    .at(-1);
  return JSON.parse(readFileSync(join(mailbox, file ?? ""), "utf8")) as {
    to: string;
    text: string;
  };
};

test("weft --version says what is running, without any settings", async () => {
  const { version } = await Bun.file(join(import.meta.dir, "../../package.json")).json();
  expect(await weft(["--version"])).toEqual({ code: 0, out: `${version}\n`, err: "" });
  const ofImage = await weft(["--version"], { WEFT_VERSION: "", WEFT_COMMIT: "1a2b3c4" });
  expect(ofImage.out).toBe(`${version} (commit 1a2b3c4)\n`);
});

describe("weft provision", () => {
  test("reports every wrong input at once and writes nothing", async () => {
    const ran = await weft(["provision", "--subdomain", "-bad-", "--email", "nobody"]);

    expect(ran.code).toBe(1);
    for (const name of ["subdomain", "tenant-name", "email", "first-name", "last-name"]) {
      expect(ran.err).toContain(`${name}: `);
    }
    expect(await asSuperuser("select 1 from app.tenants")).toEqual([]);
  });

  test("refuses reserved and encoded subdomains", async () => {
    for (const subdomain of ["www", "admin", "ns1", "xn--bcher-kva", "ab--cd", "a.b"]) {
      const { code, err } = await weft(["provision", ...founding({ subdomain })]);
      expect([subdomain, code]).toEqual([subdomain, 1]);
      expect(err).toContain("subdomain: ");
    }
  });

  test("refuses an option it does not know", async () => {
    const { code, err } = await weft(["provision", ...founding(), "--role", "admin"]);
    expect(code).toBe(1);
    expect(err).toContain("unknown option --role");
  });

  test("creates the tenant and mails the invitation", async () => {
    const { code, out } = await weft(["provision", ...founding()]);

    expect(out).toContain("Created tenant acme (Acme Corp)");
    expect(out).toContain("Invitation sent to jane@acme.example");
    expect(code).toBe(0);
    const mail = newestMail();
    expect(mail.to).toBe("jane@acme.example");
    expect(mail.text).toContain("http://acme.id.weft.test");
    const people = await asSuperuser("select role, state from app.users");
    expect(people).toEqual([{ role: "super_admin", state: "invited" }]);
  });

  test("sends a fresh invitation to an address that is still unverified", async () => {
    const before = newestMail().text;
    const { code, out } = await weft(["provision", ...founding({ "tenant-name": "Other" })]);

    expect(code).toBe(0);
    expect(out).toContain("Using the existing tenant acme (Acme Corp)");
    expect(newestMail().text).not.toBe(before);
    expect(await asSuperuser("select 1 from app.users")).toHaveLength(1);
  });

  test("adds a second super admin to a tenant that is there", async () => {
    const { code } = await weft(["provision", ...founding({ email: "joe@acme.example" })]);

    expect(code).toBe(0);
    expect(await asSuperuser("select 1 from app.users where role = 'super_admin'")).toHaveLength(2);
  });

  test("prints the link when mail cannot be sent, and still exits 0", async () => {
    const { code, out, err } = await weft(
      ["provision", ...founding({ email: "late@acme.example" })],
      {
        EMAIL_BACKEND: "smtp",
        SMTP_HOST: "127.0.0.1",
        SMTP_PORT: "1",
        SMTP_TLS: "false",
      },
    );

    expect(err).toContain("could not be sent");
    expect(out).toMatch(/http:\/\/acme\.id\.weft\.test\S*\/verify-email\/\S+/);
    expect(code).toBe(0);
  });

  test("leaves nothing behind when a part of it fails", async () => {
    await asSuperuser(
      "alter table app.user_tokens add constraint no_links check (false) not valid",
    );
    const { code } = await weft(["provision", ...founding({ subdomain: "halfway" })]);
    await asSuperuser("alter table app.user_tokens drop constraint no_links");

    expect(code).not.toBe(0);
    expect(await asSuperuser("select 1 from app.tenants where subdomain = 'halfway'")).toEqual([]);
  });
});

describe("weft tenant", () => {
  test("lists, shows, suspends and resumes", async () => {
    expect(JSON.parse((await weft(["tenant", "list", "--json"])).out)).toMatchObject([
      { subdomain: "acme" },
    ]);
    expect(JSON.parse((await weft(["tenant", "show", "acme", "--json"])).out)).toMatchObject({
      name: "Acme Corp",
      users: 3,
      applications: 0,
    });
    expect((await weft(["tenant", "suspend", "acme"])).out).toContain("state: suspended");
    expect((await weft(["tenant", "resume", "acme"])).out).toContain("state: active");
    const events = await asSuperuser<{ name: string }>(
      "select name from app.audit_events where name like 'tenant.%' order by id",
    );
    expect(events.map(({ name }) => name)).toEqual([
      "tenant.created",
      "tenant.suspended",
      "tenant.resumed",
    ]);
  });

  test("says that there is no such tenant", async () => {
    const { code, err } = await weft(["tenant", "show", "nowhere"]);
    expect(code).toBe(1);
    expect(err).toContain("There is no such organisation");
  });
});

describe("weft domain", () => {
  const line = ["domain", "prove", "--tenant", "acme", "--domain", "@Corp.Acme.example", "--json"];

  test("proves one on the operator's word, once, and lists it", async () => {
    for (const _ of [1, 2]) {
      const { code, out } = await weft(line);
      expect(code).toBe(0);
      expect(JSON.parse(out)).toMatchObject({ domain: "corp.acme.example", provedHow: "operator" });
    }
    const { out } = await weft(["domain", "list", "--tenant", "acme"]);
    expect(out).toContain("corp.acme.example");
    const events = await asSuperuser<{ name: string; actor: unknown }>(
      "select name, actor from app.audit_events where name like 'domain.%' order by id",
    );
    expect(events).toEqual([
      { name: "domain.added", actor: { kind: "operator", command: "domain prove" } },
      { name: "domain.proved", actor: { kind: "operator", command: "domain prove" } },
    ]);
  });

  test("refuses what is nobody's own, and a tenant that is not there", async () => {
    const suffix = await weft(["domain", "prove", "--tenant", "acme", "--domain", "co.uk"]);
    expect([suffix.code, suffix.err]).toEqual([1, expect.stringContaining("below co.uk")]);
    const nowhere = await weft(["domain", "prove", "--tenant", "nowhere", "--domain", "a.example"]);
    expect([nowhere.code, nowhere.err]).toEqual([1, expect.stringContaining("no such organ")]);
  });
});

describe("weft user", () => {
  test("lists people, invites one, and refuses a second with the same address", async () => {
    const line = [
      "--first-name",
      "Ann",
      "--last-name",
      "Lee",
      "--email",
      "ann@acme.example",
      "--tenant",
      "acme",
    ];
    const invited = JSON.parse((await weft(["user", "invite", ...line, "--json"])).out) as Record<
      string,
      unknown
    >;
    expect(invited).toMatchObject({ role: "member", state: "invited" });
    expect(invited["link"]).toContain("/verify-email/");
    const again = await weft(["user", "invite", ...line]);
    expect(again.code).toBe(1);
    expect(again.err).toContain("email: ");
    expect(
      JSON.parse((await weft(["user", "list", "--tenant", "acme", "--json"])).out),
    ).toHaveLength(4);
  });

  test("lets a deactivated person in again", async () => {
    await asSuperuser(
      "update app.users set state = 'deactivated', deactivated_at = now() where first_name = 'Ann'",
    );
    const { code, out } = await weft([
      "user",
      "reactivate",
      "--tenant",
      "acme",
      "--email",
      "ann@acme.example",
      "--json",
    ]);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ state: "invited" });
    const none = await weft([
      "user",
      "reactivate",
      "--tenant",
      "acme",
      "--email",
      "none@acme.example",
    ]);
    expect(none.code).toBe(1);
  });
});

describe("weft session end-all", () => {
  test("ends everybody's sessions in one tenant and says how many", async () => {
    await asSuperuser(`insert into app.sessions
      (tenant_id, user_id, token_hash, methods, authenticated_at, expires_at, ip, user_agent)
      select tenant_id, users.id, decode(md5(users.id::text), 'hex'), '{password}', now(), now() + interval '1 day', '', ''
      from app.user_emails join app.users using (tenant_id) where users.id = user_id and email in ('jane@acme.example', 'ann@acme.example')`);
    const line = ["session", "end-all", "--tenant", "acme"];
    expect(await weft(line)).toEqual({ code: 0, out: "sessions: 2\npeople: 2\n", err: "" });
    expect(JSON.parse((await weft([...line, "--json"])).out)).toEqual({ sessions: 0, people: 0 });
    expect(
      await asSuperuser(
        "select actor->>'command' as command, data->'sessions' as sessions from app.audit_events where name = 'session.all_ended' order by id limit 1",
      ),
    ).toEqual([{ command: "session end-all", sessions: 2 }]);
    const unknown = await weft(["session", "end-all", "--tenant", "nowhere"]);
    expect([unknown.code, unknown.err]).toEqual([1, expect.stringContaining("nowhere")]);
  }, 120_000);
});

describe("weft api-client", () => {
  test("prints id and secret once, lists without it, revokes", async () => {
    const line = ["--tenant", "acme", "--name", "ci", "--role", "super_admin", "--json"];
    const made = JSON.parse((await weft(["api-client", "create", ...line])).out) as {
      clientId: string;
      clientSecret: string;
    };
    expect(made.clientSecret).toHaveLength(43);
    const listed = (await weft(["api-client", "list", "--tenant", "acme", "--json"])).out;
    expect(listed).toContain(made.clientId);
    expect(listed).not.toContain(made.clientSecret);
    const revoked = await weft([
      "api-client",
      "revoke",
      made.clientId,
      "--tenant",
      "acme",
      "--json",
    ]);
    expect((JSON.parse(revoked.out) as { revokedAt: string | null }).revokedAt).not.toBeNull();
  });

  test("refuses a role that does not exist", async () => {
    const { code, err } = await weft([
      "api-client",
      "create",
      "--tenant",
      "acme",
      "--name",
      "x",
      "--role",
      "root",
    ]);
    expect(code).toBe(1);
    expect(err).toContain("role: ");
  });
});

describe("weft job", () => {
  test("lists dead jobs and gives one another try", async () => {
    await asSuperuser(
      `insert into app.jobs (tenant_id, name, payload, dead_at, attempts, last_error)
       select id, 'mail.deliver', '{}', now(), 6, 'gone' from app.tenants limit 1`,
    );
    const [job] = JSON.parse((await weft(["job", "list", "--json"])).out) as {
      id: string;
      lastError: string;
    }[];
    expect(job?.lastError).toBe("gone");
    expect((await weft(["job", "retry", job?.id ?? ""])).out).toContain("will run again");
    const absent = await weft(["job", "retry", job?.id ?? ""]);
    expect(absent.code).toBe(1);
  });

  test("names the states it knows", async () => {
    const { code, err } = await weft(["job", "list", "--state", "asleep"]);
    expect(code).toBe(1);
    expect(err).toContain("dead");
  });
});

describe("weft mail send-test", () => {
  test("sends by the configured backend", async () => {
    const { code, out } = await weft(["mail", "send-test", "--to", "ops@acme.example"]);
    expect(code).toBe(0);
    expect(out).toContain("sent to ops@acme.example");
    expect(newestMail().to).toBe("ops@acme.example");
  });
});

describe("weft migrate", () => {
  const asRoot = {
    POSTGRES_USER: "postgres",
    POSTGRES_PASSWORD: superuser.password,
    APPUSER_PASSWORD: settings.password,
  };

  test("has nothing to do on a database that is current, and says so", async () => {
    const { code, out } = await weft(["migrate"], asRoot);
    expect(out).toContain("nothing to do");
    expect(code).toBe(0);
  });

  test("shows the status as a table and as JSON", async () => {
    const { code, out } = await weft(["migrate", "--status"], asRoot);
    expect(code).toBe(0);
    expect(out).toContain("0001_tenancy");
    const status = JSON.parse((await weft(["migrate", "--status", "--json"], asRoot)).out) as {
      state: unknown;
    };
    expect(status.state).toBeDefined();
  });
});

describe("any command", () => {
  test("exits 78 with every missing variable by name", async () => {
    for (const line of [["serve"], ["worker"], ["migrate"], ["tenant", "list"]]) {
      const { code, err } = await weft(line, {
        POSTGRES_PASSWORD: "",
        POSTGRES_HOST: "",
        SECRET_KEY: "",
        APPUSER_PASSWORD: "",
      });
      expect([line[0], code]).toEqual([line[0], 78]);
      expect(err).toContain("POSTGRES_PASSWORD");
    }
  }, 120_000);

  test("has --help", async () => {
    const commands =
      "start,serve,worker,migrate,provision,tenant suspend,user invite,user set-email,user recover,session end-all,api-client create,job retry,mail send-test,storage status,storage migrate,verify-email,doctor";
    const lines = ["", ...commands.split(",")].map((line) => [
      ...line.split(" ").filter(Boolean),
      "--help",
    ]);
    const ran = await Promise.all(lines.map((line) => weft(line)));
    for (const { code, out } of ran) {
      expect(out).toContain("USAGE");
      expect(code).toBe(0);
    }
  }, 120_000);
});
