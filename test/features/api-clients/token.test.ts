// POST /oauth2/token: client credentials for a bearer token, and each refusal by its code (RFC 6749 §2.3.1, §4.4, §5.2).
import { describe, expect, test } from "bun:test";
import { replaceSecret } from "#features/api-clients/actions.ts";
import { ApiClientId } from "#src/ids.ts";
import { headerProblems } from "../../http/support/answers.ts";
import { testApp, type TestTenant } from "../../support/a-tenant.ts";
import { aScript, type Browser } from "../../support/browser.ts";

const app = await testApp();

interface Client {
  readonly clientId: string;
  readonly clientSecret: string;
}

async function aClient({ api }: TestTenant, role = "admin"): Promise<Client> {
  return (await (
    await api.post("/api-clients", { name: "nightly import", role })
  ).json()) as Client;
}

const grant = { grant_type: "client_credentials" };
const inBody = ({ clientId, clientSecret }: Client) => ({
  ...grant,
  client_id: clientId,
  client_secret: clientSecret,
});
const basic = (id: string, secret: string) => ({
  authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString("base64")}`,
});

type Fields = Readonly<Record<string, string>>;
const ask = (browser: Browser, fields: Fields, headers: Record<string, string | undefined> = {}) =>
  browser.post("/oauth2/token", fields, {
    // As a script sends it.
    headers: { accept: "*/*", origin: undefined, "sec-fetch-site": undefined, ...headers },
  });

async function tokenOf(answer: Response): Promise<string> {
  const { access_token: token } = (await answer.json()) as { access_token: string };
  return token;
}

/** Status and code of a refusal; it must look like one (§5.2). */
async function refusalOf(answer: Response) {
  const body = (await answer.json()) as Record<string, unknown>;
  expect(headerProblems(answer)).toEqual([]);
  expect(answer.headers.get("content-type")).toStartWith("application/json");
  expect(answer.headers.get("pragma")).toBe("no-cache");
  // §5.2: neither may hold a quotation mark, a backslash or what is not ASCII.
  expect(JSON.stringify(body["error_description"])).toMatch(/^"[\x20-\x21\x23-\x5B\x5D-\x7E]*"$/);
  expect(Object.keys(body).toSorted()).toEqual(["error", "error_description"]);
  return { status: answer.status, error: body["error"] };
}

describe("a token is given", () => {
  test.each([
    ["to credentials in the body", (client: Client) => [inBody(client), {}]],
    [
      "to Basic authentication",
      (client: Client) => [grant, basic(client.clientId, client.clientSecret)],
    ],
    [
      "to Basic authentication with encoded halves, and an empty scope",
      ({ clientId, clientSecret }: Client) => [
        { ...grant, scope: "" },
        basic(
          encodeURIComponent(clientId).replaceAll("-", "%2D"),
          encodeURIComponent(clientSecret),
        ),
      ],
    ],
    [
      "to Basic authentication with the same client named in the body",
      ({ clientId, clientSecret }: Client) => [
        { ...grant, client_id: clientId },
        basic(clientId, clientSecret),
      ],
    ],
  ] as const)("%s", async (_, by) => {
    const tenant = await app.aTenant();
    const [fields, headers] = by(await aClient(tenant)) as [Fields, Record<string, string>];
    const answer = await ask(tenant.newBrowser(), fields, headers);
    expect(answer.status).toBe(200);
    expect(headerProblems(answer)).toEqual([]);
    expect(answer.headers.getSetCookie()).toEqual([]);
    const body = (await answer.json()) as Record<string, unknown>;
    expect(body).toEqual({
      access_token: expect.stringMatching(/^[\w-]{43}$/),
      token_type: "Bearer",
      expires_in: 3_600,
    });
    const me = await aScript(app.app, tenant.origin, String(body["access_token"])).get("/me");
    expect(await me.json()).toMatchObject({
      kind: "client",
      name: "nightly import",
      role: "admin",
    });
  });

  test("a media type with parameters, in any case, is the same media type", async () => {
    const tenant = await app.aTenant();
    const client = await aClient(tenant);
    for (const type of [
      "application/x-www-form-urlencoded; charset=UTF-8",
      "Application/X-WWW-Form-Urlencoded",
    ]) {
      expect(
        (await ask(tenant.newBrowser(), inBody(client), { "content-type": type })).status,
      ).toBe(200);
    }
  });

  test("is recorded, and when the client was used last is known", async () => {
    const tenant = await app.aTenant();
    const client = await aClient(tenant);
    await ask(tenant.newBrowser(), inBody(client));
    expect(await tenant.events("api_client.token_issued")).toMatchObject([
      { actorKind: "client", data: { clientId: client.clientId } },
    ]);
    const { items } = (await (await tenant.api.get("/api-clients")).json()) as {
      items: { id: string; lastUsedAt: string | null }[];
    };
    expect(items.find(({ id }) => id === client.clientId)?.lastUsedAt).not.toBeNull();
  });

  test("each time another, and the earlier ones go on working", async () => {
    const tenant = await app.aTenant();
    const client = await aClient(tenant);
    const browser = tenant.newBrowser();
    const [one, two] = [
      await tokenOf(await ask(browser, inBody(client))),
      await tokenOf(await ask(browser, inBody(client))),
    ];
    expect(one).not.toBe(two);
    for (const token of [one, two]) {
      expect((await aScript(app.app, tenant.origin, token).get("/me")).status).toBe(200);
    }
  });

  test("neither secret nor token can be read from the database", async () => {
    const tenant = await app.aTenant();
    const client = await aClient(tenant);
    const token = await tokenOf(await ask(tenant.newBrowser(), inBody(client)));
    for (const table of ["api_clients", "api_tokens", "audit_events"]) {
      const rows = await app.asSuperuser(`select * from app.${table} where tenant_id = $1`, [
        tenant.id,
      ]);
      expect(rows).not.toBeEmpty();
      const text = JSON.stringify(rows);
      for (const secret of [client.clientSecret, token]) {
        const hex = Buffer.from(secret, "base64url").toString("hex");
        expect([table, text.includes(secret), text.includes(hex)]).toEqual([table, false, false]);
      }
    }
  });
});

describe("refusals", () => {
  const invalid = (error: string) => ({ status: 400, error });
  const unauthorized = { status: 401, error: "invalid_client" };
  const table: readonly [
    what: string,
    fields: (client: Client) => Fields,
    headers: (client: Client) => Record<string, string>,
    expected: object,
  ][] = [
    ["nothing at all", () => ({}), () => ({}), unauthorized],
    [
      "no grant type",
      (c) => ({ client_id: c.clientId, client_secret: c.clientSecret }),
      () => ({}),
      invalid("invalid_request"),
    ],
    [
      "an empty grant type",
      (c) => ({ ...inBody(c), grant_type: "" }),
      () => ({}),
      invalid("invalid_request"),
    ],
    [
      "another grant type",
      (c) => ({ ...inBody(c), grant_type: "password" }),
      () => ({}),
      invalid("unsupported_grant_type"),
    ],
    ["a scope", (c) => ({ ...inBody(c), scope: "users" }), () => ({}), invalid("invalid_scope")],
    ["no client", () => grant, () => ({}), unauthorized],
    [
      "a client without a secret",
      (c) => ({ ...grant, client_id: c.clientId }),
      () => ({}),
      unauthorized,
    ],
    ["an empty secret", (c) => ({ ...inBody(c), client_secret: "" }), () => ({}), unauthorized],
    [
      "a wrong secret",
      (c) => ({ ...inBody(c), client_secret: "x".repeat(43) }),
      () => ({}),
      unauthorized,
    ],
    [
      "a client nobody knows",
      (c) => ({ ...inBody(c), client_id: crypto.randomUUID() }),
      () => ({}),
      unauthorized,
    ],
    [
      "a client that is no id",
      (c) => ({ ...inBody(c), client_id: "acme\u0000" }),
      () => ({}),
      unauthorized,
    ],
    [
      "Basic and a secret in the body",
      inBody,
      (c) => basic(c.clientId, c.clientSecret),
      invalid("invalid_request"),
    ],
    [
      "Basic for one client, another named in the body",
      () => ({ ...grant, client_id: crypto.randomUUID() }),
      (c) => basic(c.clientId, c.clientSecret),
      invalid("invalid_request"),
    ],
    ["Basic with a wrong secret", () => grant, (c) => basic(c.clientId, "wrong"), unauthorized],
    [
      "Basic without a colon",
      () => grant,
      () => ({ authorization: `Basic ${Buffer.from("abc").toString("base64")}` }),
      unauthorized,
    ],
    ["Basic that is not base64", () => grant, () => ({ authorization: "Basic !!!" }), unauthorized],
    ["Basic with a stray percent sign", () => grant, () => basic("%", "%zz"), unauthorized],
    ["another scheme", () => grant, () => ({ authorization: "Bearer abc" }), unauthorized],
  ];

  test.each(table)("%s", async (_, fields, headers, expected) => {
    const tenant = await app.aTenant();
    const client = await aClient(tenant);
    const answer = await ask(tenant.newBrowser(), fields(client), headers(client));
    const challenge = answer.headers.get("www-authenticate");
    expect(challenge).toBe(answer.status === 401 ? 'Basic realm="token"' : null);
    expect(await refusalOf(answer)).toEqual(expected as { status: number; error: string });
    expect(await tenant.events("api_client.token_issued")).toEqual([]);
  });

  test("a parameter twice", async () => {
    const tenant = await app.aTenant();
    const client = await aClient(tenant);
    const body = `${new URLSearchParams(inBody(client)).toString()}&client_id=${client.clientId}`;
    const headers = { "content-type": "application/x-www-form-urlencoded" };
    const answer = await tenant.newBrowser().send("POST", "/oauth2/token", body, { headers });
    expect(await refusalOf(answer)).toEqual(invalid("invalid_request"));
  });

  test("credentials in the query are not read: they would stand in logs", async () => {
    const tenant = await app.aTenant();
    const client = await aClient(tenant);
    const query = new URLSearchParams(inBody(client)).toString();
    const headers = { "content-type": "application/x-www-form-urlencoded" };
    const answer = await tenant
      .newBrowser()
      .send("POST", `/oauth2/token?${query}`, "", { headers });
    expect(await refusalOf(answer)).toEqual(unauthorized);
    expect((await tenant.newBrowser().get(`/oauth2/token?${query}`)).status).toBe(404);
  });

  test("JSON", async () => {
    const tenant = await app.aTenant();
    const client = await aClient(tenant);
    const headers = { "content-type": "application/json" };
    const body = JSON.stringify(inBody(client));
    const answer = await tenant.newBrowser().send("POST", "/oauth2/token", body, { headers });
    expect(await refusalOf(answer)).toEqual(invalid("invalid_request"));
  });

  test("a client of another tenant, as one that nobody knows", async () => {
    const [ours, theirs] = [await app.aTenant(), await app.aTenant()];
    const client = await aClient(theirs);
    const answer = await ask(ours.newBrowser(), inBody(client));
    expect(await refusalOf(answer)).toEqual(unauthorized);
  });

  test("are one and the same for an unknown client, a wrong secret and a revoked client", async () => {
    const tenant = await app.aTenant();
    const [client, revoked] = [await aClient(tenant), await aClient(tenant)];
    await tenant.api.put(`/api-clients/${revoked.clientId}/revocation`);
    const faces = new Set<string>();
    for (const fields of [
      { ...inBody(client), client_id: crypto.randomUUID() },
      { ...inBody(client), client_secret: "x".repeat(43) },
      inBody(revoked),
    ]) {
      const answer = await ask(tenant.newBrowser(), fields);
      const headers = [...answer.headers].filter(([name]) => name !== "x-request-id");
      faces.add(JSON.stringify([answer.status, await answer.text(), headers]));
    }
    expect(faces.size).toBe(1);
    expect((await tenant.events("api_client.refused")).map(({ data }) => data["cause"])).toEqual([
      "unknown",
      "secret",
      "revoked",
    ]);
  });
});

describe("wrong secrets", () => {
  test("from one network are bounded: twenty, then wait; the right one is taken all the same", async () => {
    const tenant = await app.aTenant();
    const client = await aClient(tenant);
    const browser = tenant.newBrowser();
    const wrong = { ...inBody(client), client_secret: "x".repeat(43) };
    for (let at = 0; at < 20; at += 1) expect((await ask(browser, wrong)).status).toBe(401);
    const answer = await ask(browser, wrong);
    expect(answer.status).toBe(429);
    expect(Number(answer.headers.get("retry-after"))).toBeGreaterThan(0);
    await refusalOf(answer);
    expect((await ask(browser, inBody(client))).status).toBe(200);
    app.clock.advance({ minutes: 11 });
    expect((await ask(browser, wrong)).status).toBe(401);
  });

  test("fill the audit trail no further than that, whatever addresses of its network a caller takes", async () => {
    const tenant = await app.aTenant();
    const browser = tenant.newBrowser();
    const wrong = { ...grant, client_id: crypto.randomUUID(), client_secret: "x".repeat(43) };
    for (let at = 1; at <= 30; at += 1) {
      browser.ip = `2001:db8:7:7::${at}`;
      await ask(browser, wrong);
    }
    expect(await tenant.events("api_client.refused")).toHaveLength(20);
  });

  test("sent all at once are counted one by one", async () => {
    const tenant = await app.aTenant();
    const client = await aClient(tenant);
    const browser = tenant.newBrowser();
    const wrong = { ...inBody(client), client_secret: "x".repeat(43) };
    const answers = await Promise.all(Array.from({ length: 40 }, () => ask(browser, wrong)));
    const judged = answers.filter(({ status }) => status === 401).length;
    expect(judged).toBeLessThanOrEqual(20);
  });

  test("of one tenant do not count at another", async () => {
    const [ours, theirs] = [await app.aTenant(), await app.aTenant()];
    const [client, other] = [await aClient(ours), await aClient(theirs)];
    const [browser, neighbour] = [ours.newBrowser(), theirs.newBrowser()];
    neighbour.ip = browser.ip;
    for (let at = 0; at < 21; at += 1)
      await ask(browser, { ...inBody(client), client_secret: "wrong" });
    expect((await ask(neighbour, { ...inBody(other), client_secret: "wrong" })).status).toBe(401);
  });
});

describe("a secret that is being replaced", () => {
  test("gets no token that outlives it", async () => {
    const tenant = await app.aTenant({ signedInAs: "super_admin" });
    const client = await aClient(tenant);
    const begun = Promise.withResolvers<void>();
    const asked = begun.promise.then(() => ask(tenant.newBrowser(), inBody(client)));
    await tenant.tenant.write(async (db) => {
      const actor = { kind: "operator", command: "test" } as const;
      await replaceSecret(db, actor, ApiClientId.parse(client.clientId));
      begun.resolve();
      await untilOneWaits();
    });
    expect(await refusalOf(await asked)).toEqual({ status: 401, error: "invalid_client" });
    expect(await tenant.events("api_client.token_issued")).toEqual([]);
  });
});

/** Until a statement waits for another transaction's lock. */
async function untilOneWaits(): Promise<void> {
  for (let tries = 0; tries < 100; tries += 1) {
    const waiting = await app.asSuperuser(
      "select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'",
    );
    if (waiting.length > 0) return;
    await Bun.sleep(20);
  }
  throw new Error("nobody waited");
}
