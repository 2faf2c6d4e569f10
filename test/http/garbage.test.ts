// Out-of-order input is the caller's fault: 4xx in the form that the caller reads, never a 500, on every route of the application.
import { beforeAll, describe, expect, test } from "bun:test";
import { routeTable } from "#src/app.ts";
import type { AnyRoute } from "#platform/http/route.ts";
import { goodPassword, testApp } from "../support/a-tenant.ts";
import type { Browser } from "../support/browser.ts";
import { isThorough } from "../support/thorough.ts";
import { headerProblems } from "./support/answers.ts";
import {
  fieldsOf,
  type Garbage,
  queries,
  ids as malformedIds,
  spoilt,
  wholeBodies,
} from "./support/garbage.ts";
import {
  furnish,
  hasSample,
  isUnsafe,
  nameOf,
  paramsOf,
  pathWith,
  sampleOf,
  type World,
} from "./support/world.ts";

/** Every application that is accepted costs a key pair. */
const slowMs = 90_000;

const app = await testApp();
let world: World;
let token: string;
beforeAll(async () => {
  world = await furnish(app, await app.aTenant({ signedInAs: "super_admin" }));
  token = await bearerOf(world);
});

async function bearerOf({ tenant }: World): Promise<string> {
  const created = await tenant.api.post("/api-clients", { name: "Spoiler", role: "super_admin" });
  const { clientId, clientSecret } = (await created.json()) as Record<string, string>;
  const answer = await tenant.newBrowser().post("/oauth2/token", {
    grant_type: "client_credentials",
    client_id: clientId ?? "",
    client_secret: clientSecret ?? "",
  });
  return ((await answer.json()) as { access_token: string }).access_token;
}

/** A browser that stands where the route is reached: signed in, or in the step of signing in that it belongs to. */
async function browserFor({ path }: AnyRoute): Promise<Browser> {
  const { tenant } = world;
  if (!/^\/sign-in\/(password|codes?|totp|backup-code)$/.test(path)) {
    return tenant.signedIn(tenant.me);
  }
  const { email } = await tenant.aUser();
  const browser = tenant.newBrowser();
  await browser.post("/sign-in", { email });
  if (path !== "/sign-in/password")
    await browser.post("/sign-in/password", { password: goodPassword });
  return browser;
}

/** Sends it: JSON and every other query to the API, where the route is part of it. Answers what is wrong with the answer. */
async function problemsOf(
  route: AnyRoute,
  browser: Browser,
  { what, body, type, search = "" }: Garbage,
): Promise<string[]> {
  const path = `${pathWith(route, world.ids)}${search}`;
  const method = route.method.toUpperCase();
  const headers = { "content-type": type };
  const byApi = route.kind === "data" && (what.startsWith("json") || what.endsWith("twice"));
  const answer = byApi
    ? await browser.send(method, `/api/v1${path}`, body, {
        headers: { ...headers, authorization: `Bearer ${token}`, accept: "application/json" },
      })
    : await browser.send(method, path, body, { headers });
  const wrong = [
    ...(answer.status >= 500 ? [String(answer.status)] : []),
    ...headerProblems(answer),
  ];
  return wrong.map((problem) => `${byApi ? "api" : "page"} ${what}: ${problem}`);
}

/** All of it, or every eighth where time matters. */
async function allProblems(route: AnyRoute, all: Iterable<Garbage>): Promise<string[]> {
  const browser = await browserFor(route);
  const problems: string[] = [];
  let at = 0;
  for (const garbage of all) {
    at += 1;
    if (isThorough || at % 8 === 0) problems.push(...(await problemsOf(route, browser, garbage)));
  }
  return problems;
}

describe("malformed ids", () => {
  for (const route of routeTable.filter(({ path }) => path.includes(":"))) {
    test(`${nameOf(route)} answers that there is no such thing`, async () => {
      const browser = await browserFor(route);
      const unexpected: unknown[] = [];
      for (const param of paramsOf(route.path)) {
        for (const malformed of malformedIds) {
          const path = pathWith(route, { ...world.ids, [param]: malformed });
          const body = isUnsafe(route) ? JSON.stringify(sampleOf(route, world)) : null;
          const headers = { "content-type": "application/json" };
          const answer = await browser.send(route.method.toUpperCase(), path, body, { headers });
          const isAbsent =
            answer.status === 404 || (answer.status === 410 && param !== "applicationId");
          if (!isAbsent) unexpected.push([param, malformed.slice(0, 50), answer.status]);
          unexpected.push(...headerProblems(answer));
        }
      }
      expect(unexpected).toEqual([]);
    });
  }
});

describe("spoilt fields", () => {
  const takesFields = routeTable.filter((route) => isUnsafe(route) && fieldsOf(route).length > 0);

  test("every unsafe route that takes fields has sound ones to spoil", () => {
    expect(takesFields.filter((route) => !hasSample(route)).map(nameOf)).toEqual([]);
  });

  for (const route of takesFields) {
    const patience = nameOf(route) === "POST /applications" ? slowMs : undefined;
    const spoil = () => spoilt(fieldsOf(route), sampleOf(route, world));
    test(
      `${nameOf(route)} never fails`,
      async () => expect(await allProblems(route, spoil())).toEqual([]),
      patience,
    );
  }
});

describe("spoilt queries", () => {
  for (const route of routeTable.filter(
    (route) => !isUnsafe(route) && fieldsOf(route).length > 0,
  )) {
    test(`${nameOf(route)} never fails`, async () => {
      expect(await allProblems(route, queries(fieldsOf(route)))).toEqual([]);
    });
  }
});

describe("bodies of another kind", () => {
  for (const route of routeTable.filter(isUnsafe)) {
    test(`${nameOf(route)} never fails`, async () => {
      expect(await allProblems(route, wholeBodies())).toEqual([]);
    });
  }
});
