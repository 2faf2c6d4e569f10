// The OpenAPI document: valid by the specification's own schema (OpenAPI 3.1), complete, and true: what the API really answers is what
// it describes. And its pages, in a browser, under our content security policy.
import { afterAll, describe, expect, test } from "bun:test";
import { registerSchema, validate } from "@hyperjump/json-schema/openapi-3-1";
import { chromium } from "playwright-core";
import { routeTable } from "#src/app.ts";
import { openApiDocument } from "#src/openapi.ts";
import type { AnyRoute } from "#platform/http/route.ts";
import { idpMetadata } from "./protocols/saml/support/idp.ts";
import { IdentityProviderId } from "#src/ids.ts";
import { testApp } from "./support/a-tenant.ts";
import { needs } from "./support/programs.ts";
import { fieldsOf } from "./http/support/garbage.ts";
import { serving } from "./http/support/serving.ts";
import { aPasskey } from "./features/passkeys/support.ts";
import {
  anotherAddress,
  anApplication,
  furnish,
  isUnsafe,
  nameOf,
  pathWith,
  sampleOf,
  type World,
} from "./http/support/world.ts";

const docs = { ENABLE_OPENAPI_DOCS: "true" };
const app = await testApp({ variables: docs });

interface Operation {
  readonly operationId: string;
  readonly summary: string;
  readonly security?: unknown;
  readonly requestBody?: { content: Record<string, { schema: object }> };
  readonly responses: Readonly<
    Record<string, { $ref?: string; content?: Record<string, { schema: object }> }>
  >;
}
interface OpenApi {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: {
    responses: Record<string, { content: Record<string, { schema: object }> }>;
  };
}

const dataRoutes = routeTable.filter(({ kind }) => kind === "data");
const document = openApiDocument(
  routeTable,
  "https://acme.id.weft.test",
  "1.2.3",
) as unknown as OpenApi;
const documentedPath = ({ path }: AnyRoute) => `/api/v1${path.replace(/:(\w+)/g, "{$1}")}`;
const operationOf = (route: AnyRoute) => document.paths[documentedPath(route)]?.[route.method];

const judge = (schema: string, given: unknown) => validate(schema, given as never, "BASIC");
const specification = "https://spec.openapis.org/oas/3.1/schema-base";
const isValidDocument = async (given: unknown) => (await judge(specification, given)).valid;

describe("the document", () => {
  test("is valid OpenAPI 3.1, its schemas included", async () => {
    expect(await judge(specification, document)).toEqual({ valid: true });
  });

  test("is judged by a judge that notices", async () => {
    const { info: _, ...nameless } = document as unknown as { info: unknown };
    expect(await isValidDocument(nameless)).toBe(false);
    const wrong = JSON.stringify(document).replace('"type":"integer"', '"type":"whole"');
    expect(await isValidDocument(JSON.parse(wrong))).toBe(false);
  });

  test("holds every route of the API, the token endpoint, and nothing else", () => {
    const documented = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method} ${path}`),
    );
    const routes = dataRoutes.map((route) => `${route.method} ${documentedPath(route)}`);
    expect(documented.toSorted()).toEqual([...routes, "post /oauth2/token"].toSorted());
  });

  test("gives each operation a name of its own and a summary", () => {
    const operations = Object.values(document.paths).flatMap((methods) => Object.values(methods));
    const names = operations.map(({ operationId }) => operationId);
    expect(names).toHaveLength(new Set(names).size);
    expect(operations.filter(({ summary }) => !summary.trim())).toEqual([]);
  });

  test("names every parameter of a path", () => {
    for (const [path, methods] of Object.entries(document.paths)) {
      const named = Array.from(path.matchAll(/\{(\w+)\}/g), ([, name]) => name);
      for (const operation of Object.values(methods)) {
        const { parameters = [] } = operation as { parameters?: { in: string; name: string }[] };
        const inPath = parameters.filter((parameter) => parameter.in === "path");
        expect({ path, names: inPath.map(({ name }) => name) }).toEqual({
          path,
          names: named as string[],
        });
      }
    }
  });

  test("asks for a token everywhere but at the token endpoint", () => {
    const open = Object.entries(document.paths).filter(([, methods]) =>
      Object.values(methods).some(({ security }) => security !== undefined),
    );
    expect(open.map(([path]) => path)).toEqual(["/oauth2/token"]);
    expect(document).toMatchObject({ security: [{ client: [] }] });
  });

  test("does not ask for what may be left out", () => {
    const schema =
      document.paths["/api/v1/applications"]?.["post"]?.requestBody?.content["application/json"]
        ?.schema;
    expect(schema).toMatchObject({ required: ["name"] });
  });
});

let schemas = 0;

/** What the document's schema for this answer has against it; empty when nothing. */
async function problemsWith(route: AnyRoute, answer: Response): Promise<unknown[]> {
  const operation = operationOf(route);
  const own = operation?.responses[String(answer.status)];
  const response = own ?? document.components.responses["Problem"];
  if (!operation?.responses["default"] || (answer.ok && !own))
    return [`${answer.status} is not described`];
  const type = answer.headers.get("content-type")?.split(";")[0] ?? "";
  const body = await answer.text();
  if (!response?.content) return body === "" ? [] : ["a body is not described"];
  const schema = response.content[type]?.schema;
  if (!schema) return [`${type || "no body"} is not described for ${answer.status}`];
  const uri = `urn:weft:schema:${(schemas += 1)}`;
  const dialect = "https://json-schema.org/draft/2020-12/schema";
  registerSchema({ $schema: dialect, ...schema }, uri);
  const judged = await judge(uri, JSON.parse(body));
  return judged.valid ? [] : [judged.errors, body];
}

/** What some routes need besides the furniture to succeed: other ids or another body. */
const preparations: Readonly<
  Record<string, (world: World) => Promise<{ ids?: Record<string, string>; body?: unknown }>>
> = {
  "PUT /applications/:applicationId/metadata": async ({ tenant, ids }) => ({
    body: { metadataXml: await metadataOf(tenant.api, ids["applicationId"] ?? "") },
  }),
  "POST /applications/:applicationId/keys": async ({ tenant }) => ({
    ids: { applicationId: await registered(tenant) },
  }),
  "DELETE /applications/:applicationId/keys/:keyId": async ({ tenant }) => {
    const applicationId = await registered(tenant);
    const key = await tenant.api.post(`/applications/${applicationId}/keys`);
    return { ids: { applicationId, keyId: ((await key.json()) as { id: string }).id } };
  },
  // Somebody who lacks what is asked for, in settings that count as never saved.
  "PUT /users/:userId/profile-completion": async ({ tenant }) => {
    await tenant.tenant.write((db) =>
      db
        .insertInto("attribute_settings")
        .values({ key: "job_title", enabled: true, required: true, version: 0 })
        .onConflict((on) => on.doNothing())
        .execute(),
    );
    return { ids: { userId: (await tenant.aUser()).id } };
  },
  // Another person's: promoting one and deactivating its person come before.
  "DELETE /users/:userId/addresses/:addressId": async ({ tenant }) => {
    const user = await tenant.aUser();
    return { ids: { userId: user.id, ...(await anotherAddress(tenant, user)) } };
  },
  "DELETE /users/:userId/addresses/pending/:pendingAddressId": async ({ tenant }) => {
    const user = await tenant.aUser();
    return { ids: { userId: user.id, ...(await anotherAddress(tenant, user)) } };
  },
  "POST /users/:userId/factor-resets": async ({ tenant }) => {
    const user = await tenant.aUser();
    await aPasskey(app, tenant, user);
    return { ids: { userId: user.id } };
  },
  "PUT /recovery/reactivation-requests/:reactivationRequestId/denial": async ({ tenant }) => {
    const user = await tenant.aUser({ state: "deactivated" });
    const { id } = await tenant.tenant.write((db) =>
      db
        .insertInto("reactivation_requests")
        .values({ user_id: user.id })
        .returning("id")
        .executeTakeFirstOrThrow(),
    );
    return { ids: { reactivationRequestId: id } };
  },
  "PUT /users/:userId/anonymisation": async ({ tenant }) => ended(tenant),
  "DELETE /users/:userId": async ({ tenant }) => ended(tenant),
  "POST /users/:userId/invitation": async ({ tenant }) => ({ ids: await invited(tenant) }),
  "DELETE /sessions/:sessionId": async ({ tenant }) => {
    await tenant.signedIn(tenant.me);
    const { items } = (await (await tenant.api.get(`/sessions?userId=${tenant.me.id}`)).json()) as {
      items: { id: string }[];
    };
    return { ids: { sessionId: items[0]?.id ?? "" } };
  },
  "DELETE /users/:userId/invitation": async ({ tenant }) => ({ ids: await invited(tenant) }),
  "PUT /identity-providers/:providerId/description": async () => ({
    body: { metadataXml: idpMetadata() },
  }),
  "POST /identity-providers/:providerId/keys": async ({ tenant }) => ({
    ids: { providerId: await provided(tenant) },
  }),
  "DELETE /identity-providers/:providerId/keys/:providerKeyId": async ({ tenant }) => {
    const providerId = await provided(tenant);
    const key = await tenant.api.post(`/identity-providers/${providerId}/keys`);
    return { ids: { providerId, providerKeyId: ((await key.json()) as { id: string }).id } };
  },
  "DELETE /identity-providers/:providerId/people/:userId": async ({ tenant, ids }) => {
    const user = await tenant.aUser();
    await tenant.tenant.write((db) =>
      db
        .insertInto("federated_identities")
        .values({
          identity_provider_id: IdentityProviderId.parse(ids["providerId"]),
          subject: user.id,
          user_id: user.id,
        })
        .execute(),
    );
    return { ids: { userId: user.id }, body: { way: "password" } };
  },
  // Somebody whom the settings of this walk ask for nothing: theirs is not to be taken back.
  "DELETE /users/:userId/password-reset-requirement": async ({ tenant }) => {
    const { id: userId } = await tenant.aUser();
    await tenant.api.put(`/users/${userId}/password-reset-requirement`);
    return { ids: { userId } };
  },
  "PUT /settings/sign-in": async ({ tenant }) => ({ body: await untriedSettings(tenant) }),
  "POST /settings/sign-in/trials": async ({ tenant }) => ({
    body: { ...(await untriedSettings(tenant)), graceDays: 1 },
  }),
  "PUT /settings/sign-in/trials/:trialId/application": async ({ tenant }) => ({
    ids: await proposed(tenant),
  }),
  "PUT /settings/sign-in/trials/:trialId/confirmation": async ({ tenant }) => {
    const ids = await proposed(tenant);
    await tenant.api.put(`/settings/sign-in/trials/${ids.trialId}/application`, {
      withoutTest: true,
    });
    app.clock.advance({ seconds: 1 });
    await tenant.signedIn(tenant.me);
    return { ids };
  },
  "DELETE /settings/sign-in/trials/:trialId": async ({ tenant }) => ({
    ids: await proposed(tenant),
  }),
};

async function registered({ api }: World["tenant"]): Promise<string> {
  const answer = await api.post("/applications", anApplication("Keys"));
  return ((await answer.json()) as { id: string }).id;
}

async function provided({ api }: World["tenant"]): Promise<string> {
  const answer = await api.post("/identity-providers", { name: "Keys", preset: "other" });
  return ((await answer.json()) as { id: string }).id;
}

/** The settings in force, after no change is being tried any more. */
async function untriedSettings({ api }: World["tenant"]): Promise<Record<string, unknown>> {
  const read = async () =>
    (await (await api.get("/settings/sign-in")).json()) as Record<string, unknown> & {
      trial: { id: string } | null;
    };
  const { trial } = await read();
  if (trial) await api.delete(`/settings/sign-in/trials/${trial.id}`);
  return read();
}

/** A trial of other settings than those in force. */
async function proposed(tenant: World["tenant"]): Promise<{ trialId: string }> {
  const settings = await untriedSettings(tenant);
  const passwordMinLength = Number(settings["passwordMinLength"]) + 1;
  const answer = await tenant.api.post("/settings/sign-in/trials", {
    ...settings,
    passwordMinLength,
  });
  return { trialId: ((await answer.json()) as { id: string }).id };
}

async function invited({ api, subdomain }: World["tenant"]): Promise<{ userId: string }> {
  const email = `${crypto.randomUUID()}@${subdomain}.example.com`;
  const answer = await api.post("/users", { firstName: "Alan", lastName: "Turing", email });
  return { userId: ((await answer.json()) as { id: string }).id };
}

/** Somebody whose account may end, and the confirmation. */
async function ended({ aUser }: World["tenant"]) {
  const user = await aUser({ state: "deactivated" });
  return { ids: { userId: user.id }, body: { confirmation: user.email } };
}

async function metadataOf(api: World["tenant"]["api"], id: string): Promise<string> {
  const { serviceProvider } = (await (await api.get(`/applications/${id}`)).json()) as {
    serviceProvider: { entityId: string };
  };
  return (
    `<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="${serviceProvider.entityId}">` +
    `<SPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">` +
    `<AssertionConsumerService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="https://new.example.org/acs" index="0"/>` +
    `</SPSSODescriptor></EntityDescriptor>`
  );
}

/** Reading comes first, removing last, and what contains others is removed after them. */
const inOrder = dataRoutes.toSorted((one, other) => rank(one) - rank(other));
function rank({ method, path }: AnyRoute): number {
  const depth = path.split("/").length;
  return ["get", "post", "patch", "put", "delete"].indexOf(method) * 10 + (10 - depth);
}

const world = await furnish(app, await app.aTenant({ signedInAs: "super_admin" }));

describe("what the API answers is what the document says", () => {
  const call = async (
    route: AnyRoute,
    script = world.tenant.api,
    ids: Record<string, string> = {},
  ) => {
    const prepared = (await preparations[nameOf(route)]?.(world)) ?? {};
    const path = pathWith(route, { ...world.ids, ...prepared.ids, ...ids });
    const body = isUnsafe(route) ? (prepared.body ?? sampleOf(route, world)) : undefined;
    return script[route.method](path, body);
  };

  for (const route of dataRoutes) {
    test(`${nameOf(route)}: refusals`, async () => {
      const refused = [await call(route, await world.tenant.script(null))];
      if (route.path.includes(":")) {
        const nobody = Object.keys(world.ids).map((name) => [name, crypto.randomUUID()]);
        refused.push(await call(route, undefined, Object.fromEntries(nobody)));
      }
      if (isUnsafe(route) && fieldsOf(route).length > 0)
        refused.push(await world.tenant.api[route.method](pathWith(route, world.ids), []));
      for (const answer of refused.filter(({ ok }) => !ok)) {
        expect(await problemsWith(route, answer)).toEqual([]);
      }
    });
  }

  for (const route of inOrder) {
    test(`${nameOf(route)}: success`, async () => {
      const answer = await call(route);
      expect([nameOf(route), answer.ok]).toEqual([nameOf(route), true]);
      expect(await problemsWith(route, answer)).toEqual([]);
    });
  }
});

describe("/openapi.json and /api/docs", () => {
  test("are there when the operator wants them", async () => {
    const { newBrowser, origin } = await app.aTenant();
    const answer = await newBrowser().get("/openapi.json");
    expect(answer.headers.get("content-type")).toStartWith("application/json");
    const served = (await answer.json()) as object;
    expect(served).toMatchObject({ openapi: "3.1.0", servers: [{ url: origin }] });
    expect(await judge(specification, served)).toEqual({ valid: true });
    expect((await newBrowser().get("/api/docs")).status).toBe(200);
  });

  test("are absent by default, and the API is not", async () => {
    const silent = await testApp();
    const { newBrowser, api } = await silent.aTenant();
    for (const path of ["/openapi.json", "/api/docs", "/api/v1/openapi.json"]) {
      expect([path, (await newBrowser().get(path)).status]).toEqual([path, 404]);
    }
    expect((await api.get("/me")).status).toBe(200);
  });
});

const found = needs("chromium");
// On `localhost` a browser trusts plain http as it does https: no complaint is about that.
const web = await serving(app, { ...docs, BASE_DOMAIN: "localhost", IS_DEV: "true" });

test.skipIf(!found.found)(
  "/api/docs works in a browser without a violation of our policy",
  async () => {
    const tenant = await app.aTenant();
    const host = `${tenant.subdomain}.localhost:${web.port}`;
    const browser = await chromium.launch({
      executablePath: found.path,
      args: ["--no-sandbox"],
    });
    afterAll(() => browser.close());
    const page = await browser.newPage();
    const complaints: string[] = [];
    const requested = new Set<string>();
    page.on("console", (message) => {
      if (["error", "warning"].includes(message.type())) complaints.push(message.text());
    });
    page.on("pageerror", (error) => complaints.push(String(error)));
    page.on("request", (request) => requested.add(new URL(request.url()).host));
    await page.goto(`http://${host}/api/docs`);
    await page.locator(".opblock").first().waitFor();
    expect(await page.locator(".opblock").count()).toBe(dataRoutes.length + 1);
    await page.locator("#operations-groups-postGroups button").first().click();
    await page.locator("#operations-groups-postGroups .responses-table").first().waitFor();
    expect(complaints).toEqual([]);
    expect([...requested]).toEqual([host]);
    await browser.close();
  },
);
