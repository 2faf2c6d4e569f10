// Who may call what: every route of the assembled application as nobody, as each role, with another tenant's session and ids.
// The whole table of authority is kept in http/routes.lock, so that a change of it is a line in a diff.
import { beforeAll, describe, expect, test } from "bun:test";
import { routeTable } from "#src/app.ts";
import { type Permission, permissions, Role, roleMay } from "#src/permissions.ts";
import type { AnyRoute } from "#platform/http/route.ts";
import { testApp, type TestTenant } from "./support/a-tenant.ts";
import { type Browser, aScript, type Script } from "./support/browser.ts";
import { headerProblems } from "./http/support/answers.ts";
import { lockedLines } from "./http/support/lock.ts";
import { type State, stateOf } from "./http/support/state.ts";
import {
  furnish,
  guardedRoutes,
  type Ids,
  isUnsafe,
  nameOf,
  paramsOf,
  pathWith,
  permitOf,
  sampleOf,
  type World,
} from "./http/support/world.ts";

/** Everything that a person who is not signed in may call. Nothing else. */
const publicRoutes = [
  "GET /address-confirmation/:linkId/:token",
  "GET /branding/logo/:logoName",
  "GET /forgotten-password",
  "GET /reactivation/:linkId/:token",
  "GET /reset-password/:linkId/:token",
  "GET /saml/idp/metadata/:applicationId",
  "GET /saml/idp/setup/:applicationId",
  "GET /saml/idp/slo",
  "GET /saml/idp/sso",
  "GET /saml/idp/sso/:requestId",
  "GET /saml/logout/:logoutId",
  "GET /saml/sp/metadata/:providerId",
  "GET /saml/sp/setup/:providerId",
  "GET /saml/sp/slo/:providerId",
  "GET /sign-in",
  "GET /sign-in/backup-code",
  "GET /sign-in/code",
  "GET /sign-in/enrolment",
  "GET /sign-in/enrolment/app",
  "GET /sign-in/link",
  "GET /sign-in/new-password",
  "GET /sign-in/passkey",
  "GET /sign-in/password",
  "GET /sign-in/proof",
  "GET /sign-in/provider",
  "GET /sign-in/with",
  "GET /sign-in/with/:providerId",
  "GET /sign-in/provider/return/:requestId",
  "GET /sign-in/totp",
  "GET /sign-in/ways",
  "GET /sign-out/:logoutId",
  "GET /sign-out/:logoutId/progress",
  "GET /verify-email/:linkId/:token",
  "POST /address-confirmation/:linkId/:token",
  "POST /forgotten-password",
  "POST /oauth2/token",
  "POST /reactivation/:linkId/:token",
  "POST /reset-password/:linkId/:token",
  "POST /saml/idp/slo",
  "POST /saml/idp/sso",
  "POST /saml/sp/acs/:providerId",
  "POST /saml/sp/slo/:providerId",
  "POST /sign-in",
  "POST /sign-in/backup-code",
  "POST /sign-in/code",
  "POST /sign-in/codes",
  "POST /sign-in/enrolment/app",
  "POST /sign-in/enrolment/app/confirmation",
  "POST /sign-in/enrolment/later",
  "POST /sign-in/enrolment/passkey",
  "POST /sign-in/enrolment/passkey/options",
  "POST /sign-in/link",
  "POST /sign-in/new-password",
  "POST /sign-in/new-password/strength",
  "POST /sign-in/passkey",
  "POST /sign-in/passkey/options",
  "POST /sign-in/password",
  "POST /sign-in/proof",
  "POST /sign-in/proofs",
  "POST /sign-in/provider",
  "POST /sign-in/with/:providerId",
  "POST /sign-in/totp",
  "POST /sign-in/ways",
  "POST /sign-out",
  "POST /verify-email/:linkId/:token",
];

const app = await testApp();
let ours: World;
let theirs: World;
beforeAll(async () => {
  ours = await furnish(app, await app.aTenant({ signedInAs: "super_admin" }));
  theirs = await furnish(app, await app.aTenant({ signedInAs: "super_admin" }));
});

/** Sends a route's request with acceptable fields, as a browser does (a form) or as a script does (JSON). */
function call(route: AnyRoute, path: string, by: Browser | Script): Promise<Response> {
  const fields = isUnsafe(route) ? sampleOf(route, ours) : {};
  if (route.method === "get") return by.get(path);
  return by[route.method](path, fields);
}

const dataRoutes = routeTable.filter(({ kind }) => kind === "data");
const locationOf = (answer: Response) => answer.headers.get("location") ?? "";

describe("the table of authority", () => {
  test("is the one of routes.lock: run with UPDATE=1 to accept a change", async () => {
    const lines = routeTable.map((route) => {
      const permit = permitOf(route);
      const isPermission = (permissions as readonly string[]).includes(permit);
      const roles = Role.options.filter((role) => isPermission && mayCall(route, role));
      const who = isPermission ? `${permit} (${roles.join(", ")})` : permit;
      const { fresh } = route.kind === "endpoint" ? {} : route.spec;
      const proof = fresh === undefined ? "" : fresh === true ? " fresh" : " fresh-sometimes";
      return `${nameOf(route)}  ${who}${proof}${route.kind === "data" ? "  +api" : ""}`;
    });
    expect(lines.toSorted()).toEqual(await lockedLines("http/routes.lock", lines));
  });

  test("opens only the listed routes to the public", () => {
    const open = routeTable.filter((route) => !guardedRoutes.includes(route)).map(nameOf);
    expect(open.toSorted()).toEqual(publicRoutes.toSorted());
  });

  test("holds no address twice", () => {
    const shapes = routeTable.map((route) => nameOf(route).replace(/:\w+/g, ":"));
    expect(shapes.filter((shape, at) => shapes.indexOf(shape) !== at)).toEqual([]);
  });
});

describe("nobody", () => {
  for (const route of guardedRoutes) {
    test(`${nameOf(route)} sends a browser to the sign-in page`, async () => {
      const path = pathWith(route, ours.ids);
      const answer = await call(route, path, ours.tenant.newBrowser());
      const back = isUnsafe(route) ? "/" : path;
      expect(answer.status).toBe(303);
      expect(locationOf(answer)).toBe(`/sign-in?return_to=${encodeURIComponent(back)}`);
      expect(headerProblems(answer)).toEqual([]);
    });
  }
  for (const route of dataRoutes) {
    test(`${nameOf(route)} answers a script without a token with 401`, async () => {
      const nobody = await ours.tenant.script(null);
      await expectUnauthorized(await call(route, pathWith(route, ours.ids), nobody), "Bearer");
    });
  }
});

async function expectUnauthorized(answer: Response, challenge: string) {
  expect(answer.status).toBe(401);
  expect(answer.headers.get("content-type")).toStartWith("application/problem+json");
  expect(answer.headers.get("www-authenticate")).toBe(challenge);
  expect(headerProblems(answer)).toEqual([]);
}

describe("roles", () => {
  describe.each(["member", "admin"] as const)("%s", (role) => {
    const refused = guardedRoutes.filter((route) => !mayCall(route, role));
    test("some routes are refused", () => expect(refused).not.toBeEmpty());

    let browser: Browser;
    let script: Script;
    let before: State;
    beforeAll(async () => {
      const { tenant } = ours;
      browser = await tenant.signedIn(await tenant.aUser({ role }));
      script = await tenant.script(role);
      before = await stateOf(app, tenant);
    });
    for (const route of refused) {
      test(`${nameOf(route)} answers 403 and changes nothing`, async () => {
        const { tenant, ids } = ours;
        const path = pathWith(route, ids);
        const page = await call(route, path, browser);
        expect(page.status).toBe(403);
        expect(page.headers.get("content-type")).toStartWith("text/html");
        expect(headerProblems(page)).toEqual([]);
        if (route.kind === "data") {
          const problem = await call(route, path, script);
          expect(problem.status).toBe(403);
          expect(await problem.json()).toMatchObject({ code: "request.forbidden" });
        }
        expect(await stateOf(app, tenant)).toEqual(before);
      });
    }
  });
});

function mayCall(route: AnyRoute, role: Role): boolean {
  const permit = permitOf(route);
  return permit === "signed-in" || roleMay(role, permit as Permission);
}

describe("a session of another tenant", () => {
  const everyRoute = guardedRoutes.map((route) => [nameOf(route), route] as const);
  let before: State;
  let stranger: Script;
  beforeAll(async () => {
    stranger = await tokenOf(theirs.tenant, ours.tenant);
    before = await stateOf(app, ours.tenant);
  });

  test.each(everyRoute)("%s: the cookie is worth nothing", async (_, route) => {
    const visitor = await withSessionOf(theirs.tenant, ours.tenant);
    const answer = await call(route, pathWith(route, ours.ids), visitor);
    expect(answer.status).toBe(303);
    expect(locationOf(answer)).toStartWith("/sign-in?");
    expect(await stateOf(app, ours.tenant)).toEqual(before);
  });

  test.each(dataRoutes.map((route) => [nameOf(route), route] as const))(
    "%s: the token is worth nothing",
    async (_, route) => {
      const answer = await call(route, pathWith(route, ours.ids), stranger);
      await expectUnauthorized(answer, 'Bearer error="invalid_token"');
    },
  );
});

/** A browser at one tenant's address that sends the session cookie of another. */
async function withSessionOf(from: TestTenant, at: TestTenant): Promise<Browser> {
  const browser = at.newBrowser();
  for (const [name, cookie] of from.browser.cookies) browser.cookies.set(name, cookie);
  return browser;
}

async function tokenOf(from: TestTenant, at: TestTenant): Promise<Script> {
  const { clientId, clientSecret } = (await (
    await from.api.post("/api-clients", { name: "Stranger", role: "super_admin" })
  ).json()) as { clientId: string; clientSecret: string };
  const answer = await from.newBrowser().post("/oauth2/token", {
    grant_type: "client_credentials",
    client_id: clientId,
    client_secret: clientSecret,
  });
  const { access_token: token } = (await answer.json()) as { access_token: string };
  expect((await aScript(app.app, from.origin, token).get("/me")).status).toBe(200);
  return aScript(app.app, at.origin, token);
}

describe("HEAD, and GET of a page that does not say that it writes", () => {
  const reading = routeTable.filter(({ method }) => method === "get");
  let before: State;
  beforeAll(async () => {
    before = await stateOf(app, ours.tenant);
  });

  test.each(reading.map((route) => [nameOf(route), route] as const))(
    "%s changes nothing",
    async (_, route) => {
      const { tenant, ids } = ours;
      const path = pathWith(route, ids);
      const answer = await tenant.browser.send("HEAD", path, null);
      expect(await answer.text()).toBe("");
      if (!route.spec.writes) await tenant.browser.get(path);
      expect(await stateOf(app, tenant)).toEqual(before);
    },
  );
});

describe("ids of another tenant", () => {
  /** The state of a thing that is not there may be "gone" (a link, a waiting request, a sign-out on its way): never anything else. */
  const absent = (route: AnyRoute) =>
    /:linkId|:requestId|:logoutId/.test(route.path) ? [404, 410] : [404];
  const withParams = routeTable.filter(({ path }) => path.includes(":"));
  const both = async () => [await stateOf(app, ours.tenant), await stateOf(app, theirs.tenant)];
  let before: State[];
  beforeAll(async () => {
    before = await both();
  });

  /** Every way to have at least one id of theirs in the path. */
  function* mixtures(path: string): Generator<Ids> {
    for (const foreign of paramsOf(path))
      yield { ...ours.ids, [foreign]: theirs.ids[foreign] ?? "" };
    yield theirs.ids;
  }

  for (const route of withParams) {
    test(`${nameOf(route)} answers as if they did not exist`, async () => {
      for (const ids of mixtures(route.path)) {
        const path = pathWith(route, ids);
        const page = await call(route, path, ours.tenant.browser);
        expect({ path, isAbsent: absent(route).includes(page.status) }).toEqual({
          path,
          isAbsent: true,
        });
        expect(headerProblems(page)).toEqual([]);
        if (route.kind === "data") {
          expect((await call(route, path, ours.tenant.api)).status).toBe(404);
        }
      }
      expect(await both()).toEqual(before);
    });
  }

  test("in a body are refused and change nothing", async () => {
    const { api } = ours.tenant;
    const { groupId, applicationId } = ours.ids;
    const member = { userIds: [theirs.ids["userId"]] };
    const grant = { groupId: theirs.ids["groupId"] };
    const answers = [
      await api.post(`/groups/${groupId}/members`, member),
      await api.post(`/applications/${applicationId}/grants`, grant),
      await api.post(`/applications/${applicationId}/grants`, { groupIds: [grant.groupId] }),
    ];
    for (const { status } of answers) expect([404, 422]).toContain(status);
    expect(await both()).toEqual(before);
  });
});
