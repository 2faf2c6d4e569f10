// Cross-site request forgery: no page of another origin may act with a person's cookies, a sibling tenant's no more than a stranger's
// (Fetch Metadata §2.3, RFC 6454 §7). Every unsafe route of the assembled application, in every way that a browser may say where
// a request comes from.
import { beforeAll, describe, expect, test } from "bun:test";
import { routeTable } from "#src/app.ts";
import { crossOrigin } from "#platform/http/csrf.ts";
import type { AnyRoute } from "#platform/http/route.ts";
import { testApp } from "../support/a-tenant.ts";
import type { Browser, Fields } from "../support/browser.ts";
import { headerProblems } from "./support/answers.ts";
import { stateOf } from "./support/state.ts";
import {
  anApplication,
  cookieRoutes,
  furnish,
  isUnsafe,
  nameOf,
  pathWith,
  sampleOf,
  type World,
} from "./support/world.ts";

const app = await testApp();
let world: World;
let sibling: string;
beforeAll(async () => {
  world = await furnish(app, await app.aTenant({ signedInAs: "super_admin" }));
  sibling = (await app.aTenant()).origin;
});

type Headers = Readonly<Record<string, string | undefined>>;
const none: Headers = { origin: undefined, "sec-fetch-site": undefined };
const stranger = "https://evil.example";

/** How a request that is not our own page's may look. */
const foreign: readonly [how: string, headers: () => Headers][] = [
  ["cross-site", () => ({ "sec-fetch-site": "cross-site", origin: stranger })],
  ["cross-site, with our origin claimed", () => ({ "sec-fetch-site": "cross-site" })],
  ["cross-site without an origin", () => ({ "sec-fetch-site": "cross-site", origin: undefined })],
  ["from a sibling tenant", () => ({ "sec-fetch-site": "same-site", origin: sibling })],
  ["same-site without an origin", () => ({ "sec-fetch-site": "same-site", origin: undefined })],
  ["same-origin by one header, a sibling by the other", () => ({ origin: sibling })],
  ["from the address bar", () => ({ "sec-fetch-site": "none", origin: undefined })],
  ["with a word nobody knows", () => ({ "sec-fetch-site": "Same-Origin" })],
  ["old browser, stranger's origin", () => ({ ...none, origin: stranger })],
  ["old browser, sibling's origin", () => ({ ...none, origin: sibling })],
  ["old browser, opaque origin", () => ({ ...none, origin: "null" })],
  ["sandboxed frame", () => ({ "sec-fetch-site": "cross-site", origin: "null" })],
  ["opaque origin that says same-origin", () => ({ origin: "null" })],
  ["our host by http", () => ({ ...none, origin: world.tenant.origin.replace("https", "http") })],
  ["our host on another port", () => ({ ...none, origin: `${world.tenant.origin}:8443` })],
  ["our host as a prefix", () => ({ ...none, origin: `${world.tenant.origin}.evil.example` })],
  ["neither header", () => none],
];

/** As a form sends it: a POST, with `_method` for the other methods. */
const asForm = (route: AnyRoute, by: Browser, fields: Fields, headers: Headers) =>
  route.method === "get"
    ? by.get(pathWith(route, world.ids), { headers })
    : by[route.method](pathWith(route, world.ids), fields, { headers });

/** As a script of another page sends it: the method itself. */
const asFetch = (route: AnyRoute, by: Browser, headers: Headers, at: World = world) =>
  by.send(
    route.method.toUpperCase(),
    pathWith(route, at.ids),
    JSON.stringify(sampleOf(route, at)),
    { headers: { "content-type": "application/json", accept: "application/json", ...headers } },
  );

describe("from another origin", () => {
  for (const route of cookieRoutes) {
    test(`${nameOf(route)} is refused in every way and changes nothing`, async () => {
      const { browser } = world.tenant;
      const before = await stateOf(app, world.tenant);
      const cookies = [...browser.cookies.keys()];
      for (const [how, headers] of foreign) {
        const page = await asForm(route, browser, sampleOf(route, world), headers());
        expect({ how, status: page.status }).toEqual({ how, status: 403 });
        expect(headerProblems(page)).toEqual([]);
        const problem = await asFetch(route, browser, headers());
        expect({ how, ...((await problem.json()) as object) }).toMatchObject({
          how,
          code: crossOrigin.code,
        });
      }
      expect([...browser.cookies.keys()]).toEqual(cookies);
      expect(await stateOf(app, world.tenant)).toEqual(before);
    });
  }
});

describe("from our own page", () => {
  const ways: readonly [how: string, headers: () => Headers][] = [
    ["both headers", () => ({})],
    ["Sec-Fetch-Site alone", () => ({ origin: undefined })],
    ["Origin alone (old browser)", () => ({ "sec-fetch-site": undefined })],
  ];

  test.each(ways)("a form is taken: %s", async (_, headers) => {
    const before = await stateOf(app, world.tenant);
    const route = { method: "post", path: "/groups" } as AnyRoute;
    const answer = await asForm(
      route,
      world.tenant.browser,
      { name: crypto.randomUUID() },
      headers(),
    );
    expect(answer.status).toBe(303);
    expect(await stateOf(app, world.tenant)).not.toEqual(before);
  });

  test("every unsafe route gets past the check", async () => {
    // In a tenant of its own: some of them delete what the other tests use.
    const spare = await furnish(app, await app.aTenant({ signedInAs: "super_admin" }));
    for (const route of cookieRoutes) {
      const browser = await spare.tenant.signedIn(spare.tenant.me);
      const answer = await asFetch(route, browser, {}, spare);
      const text = await answer.text();
      expect({ route: nameOf(route), isRefused: text.includes(crossOrigin.code) }).toEqual({
        route: nameOf(route),
        isRefused: false,
      });
    }
  });
});

describe("the method of a form", () => {
  const create = (query: string, headers: Headers, method = "POST") =>
    world.tenant.browser.send(
      method,
      `/groups${query}`,
      method === "GET" ? null : `name=${crypto.randomUUID()}`,
      { headers: { "content-type": "application/x-www-form-urlencoded", ...headers } },
    );
  const crossSite = { "sec-fetch-site": "cross-site", origin: stranger };

  test.each(["get", "GET", "head", "options", "trace", "post", "", "delete", "put", "PATCH"])(
    "?_method=%s does not make a cross-site post safe",
    async (method) => {
      const before = await stateOf(app, world.tenant);
      const answer = await create(`?_method=${method}`, crossSite);
      // `DELETE /groups` and the like are no routes; what exists is refused.
      expect([403, 404]).toContain(answer.status);
      expect(await stateOf(app, world.tenant)).toEqual(before);
    },
  );

  test("?_method=get leaves a post what it is", async () => {
    const answer = await create("?_method=get", {});
    expect(answer.headers.get("location")).toMatch(/^\/groups\/[0-9a-f-]{36}$/);
  });

  test("a GET cannot be made to write, by query or by header", async () => {
    const { browser, api } = world.tenant;
    const path = `/groups/${world.ids["groupId"]}`;
    const before = await stateOf(app, world.tenant);
    const headers = { "x-http-method-override": "DELETE", "x-http-method": "DELETE" };
    const answers = [
      await browser.get(`${path}?_method=delete`, { headers }),
      await api.get(`${path}?_method=delete`),
      await browser.send("HEAD", `${path}?_method=delete`, null),
    ];
    for (const { status } of answers) expect(status).toBe(200);
    expect(await stateOf(app, world.tenant)).toEqual(before);
  });

  test("a header does not change a post's method", async () => {
    const headers = { "x-http-method-override": "DELETE" };
    const answer = await world.tenant.browser.post(
      `/groups/${world.ids["groupId"]}`,
      {},
      { headers },
    );
    expect(answer.status).toBe(404);
  });

  test("of two wishes the first counts, and the check sees an unsafe request", async () => {
    const answer = await create("?_method=get&_method=delete", crossSite);
    expect(answer.status).toBe(403);
  });
});

describe("what other sites may post to", () => {
  const crossSite = { "sec-fetch-site": "cross-site", origin: "https://app.example.org" };

  test("is the endpoints that read no cookie, and only those", () => {
    const open = routeTable
      .filter((route) => isUnsafe(route) && !cookieRoutes.includes(route))
      .map((route) => [nameOf(route), route.kind === "endpoint" && route.spec.credentials]);
    expect(open).toEqual([
      ["POST /saml/idp/sso", "none"],
      ["POST /saml/idp/slo", "none"],
      ["POST /saml/sp/slo/:providerId", "none"],
      ["POST /saml/sp/acs/:providerId", "none"],
      ["POST /oauth2/token", "none"],
    ]);
  });

  test("POST /oauth2/token judges the credentials, not the origin", async () => {
    const { browser } = world.tenant;
    const fields = { grant_type: "client_credentials", client_id: "x", client_secret: "y" };
    const answer = await browser.post("/oauth2/token", fields, { headers: crossSite });
    expect(await answer.json()).toMatchObject({ error: "invalid_client" });
  });

  test("POST /saml/idp/sso reads the request, not the origin", async () => {
    const answer = await world.tenant.browser.post(
      "/saml/idp/sso",
      { SAMLRequest: Buffer.from("<x/>").toString("base64") },
      { headers: crossSite },
    );
    expect(answer.status).toBe(400);
  });

  test("the API knows no cookies: a session there is nobody", async () => {
    const { browser } = world.tenant;
    const before = await stateOf(app, world.tenant);
    const headers = { "content-type": "application/json" };
    const answers = [
      await browser.get("/api/v1/me"),
      await browser.send("POST", "/api/v1/groups", JSON.stringify({ name: "By cookie" }), {
        headers,
      }),
      await browser.post("/api/v1/applications", anApplication("By cookie")),
    ];
    for (const { status } of answers) expect(status).toBe(401);
    expect(await stateOf(app, world.tenant)).toEqual(before);
  });
});
