// Those who use the installation: somebody who signs in, a script that calls the API, and a crowd that never pauses.
import { same } from "./report.ts";
import { must } from "./shell.ts";
import { type Browser, browserOf, mailTo, weft, type World } from "./world.ts";

/** The founding super admin of acme, whose invitation the tenants' chapter accepts. */
export const founder = {
  tenant: "acme",
  email: "admin@acme.com",
  firstName: "Jane",
  password: "seven harbours and a wicker basket",
};

/** Another super admin of acme, who accepted her invitation in a browser. Codes are mailed to each of them ten times an hour. */
export const second = {
  tenant: "acme",
  email: "ada@acme.com",
  firstName: "Ada",
  password: "quartz lantern orbit maple",
};

export const healthz = (): Promise<string> =>
  must("curl -s -o /dev/null -m 5 -w '%{http_code}' https://id.example.com/healthz");

/** Signs in with a password and a mailed code. The browser's start page is theirs then. */
export async function signIn(
  world: World,
  { tenant, email, password, firstName }: typeof founder,
): Promise<Browser> {
  const browser = browserOf(world, `${tenant}.id.example.com`);
  await browser.ask("/sign-in", { email });
  const since = world.internet.mails.length;
  const answer = await browser.ask("/sign-in/password", { password });
  same([answer.status, answer.headers.get("location")], [303, "/sign-in/code"], "password");
  const { text } = await mailTo(world, email, since);
  const code = /^ *(\d{8})$/m.exec(text)?.[1] ?? "";
  same((await browser.ask("/sign-in/code", { code })).headers.get("location"), "/", "code");
  await mustBeSignedIn(browser, firstName);
  return browser;
}

/** @throws {Error} when the start page is not that of somebody of this name */
export async function mustBeSignedIn(browser: Browser, firstName: string): Promise<void> {
  const { status, text } = await browser.ask("/");
  same([status, text.includes(firstName)], [200, true], "start page");
}

export interface Script {
  /** Status and body of one API request. @throws when nobody answers */
  call(
    method: "GET" | "POST" | "PUT",
    path: string,
    body?: object,
  ): Promise<{ status: number; body: unknown }>;
}

/** A script with the rights of an administrator. */
export async function scriptOf(world: World, tenant: string): Promise<Script> {
  const made = await weft(
    `api-client create --tenant ${tenant} --name test --role super_admin --json`,
  );
  const client = JSON.parse(made.out) as { clientId: string; clientSecret: string };
  const origin = `https://${tenant}.id.example.com`;
  const ask = (path: string, init: RequestInit) =>
    fetch(`${origin}${path}`, {
      ...init,
      keepalive: false,
      tls: { ca: world.internet.trusted },
      signal: AbortSignal.timeout(30_000),
    });
  const answer = await ask("/oauth2/token", {
    method: "POST",
    body: new URLSearchParams({
      grant_type: "client_credentials",
      client_id: client.clientId,
      client_secret: client.clientSecret,
    }),
  });
  const { access_token: token } = (await answer.json()) as { access_token: string };
  return {
    async call(method, path, body) {
      const reply = await ask(`/api/v1${path}`, {
        method,
        headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
        ...(body ? { body: JSON.stringify(body) } : {}),
      });
      return { status: reply.status, body: await reply.json().catch(() => null) };
    },
  };
}

export interface Crowd {
  readonly requests: number;
  /** What went wrong, each time. */
  readonly problems: readonly string[];
  /** Groups whose creation was answered with success, and those that are there now. */
  readonly promised: readonly string[];
  readonly kept: readonly string[];
}

let crowds = 0;

/** Four visitors who read and two scripts that write, while `body` runs. */
export async function underLoad(
  world: World,
  script: Script,
  body: () => Promise<void>,
): Promise<Crowd> {
  const prefix = `load ${++crowds} `;
  const over = new AbortController();
  const problems: string[] = [];
  const promised: string[] = [];
  let requests = 0;
  const again = async (ask: () => Promise<number>, good: number): Promise<void> => {
    while (!over.signal.aborted) {
      const askedAt = performance.now();
      const status = await ask().catch((error: unknown) => String(error));
      requests++;
      const seconds = ((performance.now() - askedAt) / 1000).toFixed(1);
      if (status !== good) problems.push(`${status} to a ${ask.name} after ${seconds} s`);
      await Bun.sleep(20);
    }
  };
  const visit = async () => (await browserOf(world, "acme.id.example.com").ask("/sign-in")).status;
  const write = async () => {
    const name = prefix + crypto.randomUUID();
    const { status } = await script.call("POST", "/groups", { name });
    if (status === 201) promised.push(name);
    return status;
  };
  const crowd = [visit, visit, visit, visit].map((ask) => again(ask, 200));
  crowd.push(again(write, 201), again(write, 201));
  await Bun.sleep(500);
  await body().finally(() => over.abort());
  await Promise.all(crowd);
  const sql = `select name from app.groups where name like '${prefix}%' order by name`;
  const kept = await must(`docker compose exec -T db psql -U postgres -d appdb -tA -c "${sql}"`);
  return {
    requests,
    problems,
    promised: promised.toSorted(),
    kept: kept.split("\n").filter(Boolean),
  };
}

/** @throws {Error} when any of the crowd's requests failed, or was not done exactly once */
export async function losesNothing(
  world: World,
  script: Script,
  body: () => Promise<void>,
): Promise<void> {
  const { requests, problems, promised, kept } = await underLoad(world, script, body);
  same(problems, [], `problems in ${requests} requests`);
  same(kept, promised, "groups");
}
