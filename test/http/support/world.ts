// One tenant with one of everything that a URL can name, and what each route takes: so that a test can walk the whole route table.
import { defaultPolicy } from "#features/policy/index.ts";
import { welcomeDevice } from "#features/devices/index.ts";
import { routeTable } from "#src/app.ts";
import type { AnyRoute } from "#platform/http/route.ts";
import {
  goodPassword,
  type TestApp,
  type TestTenant,
  type TestUser,
} from "../../support/a-tenant.ts";
import { aPasskey } from "../../features/passkeys/support.ts";
import type { Fields } from "../../support/browser.ts";
import { type GroupId, IdentityProviderId, type UserId } from "#src/ids.ts";
import { idpMetadata } from "../../protocols/saml/support/idp.ts";
import { aLogo } from "../../support/pictures.ts";

/** Path parameter → id, for every parameter of the table. */
export type Ids = Readonly<Record<string, string>>;

export interface World {
  readonly tenant: TestTenant;
  readonly ids: Ids;
  /** The person of `userId`. */
  readonly somebody: TestUser;
}

export const nameOf = ({ method, path }: Pick<AnyRoute, "method" | "path">) =>
  `${method.toUpperCase()} ${path}`;

export const permitOf = (route: AnyRoute) =>
  route.kind === "endpoint" ? `endpoint (${route.spec.credentials})` : route.spec.permit;

export const isUnsafe = ({ method }: Pick<AnyRoute, "method">) => method !== "get";

/** Routes that ask for somebody: a role's permission, or any session. */
export const guardedRoutes = routeTable.filter(
  (route) => route.kind !== "endpoint" && route.spec.permit !== "public",
);
/** Unsafe routes that act with a browser's cookies. */
export const cookieRoutes = routeTable.filter(
  (route) => route.kind !== "endpoint" && isUnsafe(route),
);

export const paramsOf = (path: string): string[] =>
  Array.from(path.matchAll(/:(\w+)/g), ([, name]) => name ?? "");

/** The route's path with these ids in it. @throws for a parameter that the world has no id for */
export function pathWith({ path }: Pick<AnyRoute, "path">, ids: Ids): string {
  return path.replace(/:(\w+)/g, (_, name: string) => {
    const id = ids[name];
    if (id === undefined) throw new Error(`the world has no :${name}: add one to furnish()`);
    return id;
  });
}

/** A tenant furnished with people, a group, an application, a client, a waiting request, links. */
export async function furnish({ services }: TestApp, tenant: TestTenant): Promise<World> {
  const somebody = await tenant.aUser();
  const { passkeyId } = await aPasskey({ clock: services.clock }, tenant, somebody);
  const group = await tenant.aGroup(undefined, [somebody]);
  const application = await made(tenant.api.post("/applications", anApplication("furnished")));
  await tenant.api.post(`/applications/${application.id}/grants`, { groupId: group.id });
  const key = await made(tenant.api.post(`/applications/${application.id}/keys`));
  const client = await made(tenant.api.post("/api-clients", { name: "Script", role: "member" }));
  const theirs = await tenant.signedIn(somebody);
  const launched = await theirs.get(`/saml/idp/launch/${application.id}`);
  const branding = await tenant.api.put("/branding", { logo: aLogo().toString("base64") });
  const { logo } = (await branding.json()) as { logo: { path: string } };
  const sessions = await first(tenant, `/sessions?userId=${somebody.id}`);
  await theirs.post("/forgotten-password", { email: somebody.email });
  const mail = (await tenant.mails()).findLast(({ link }) => link.startsWith("/reset-password/"));
  if (!mail) throw new Error("no link was mailed");
  const [, , linkId = "", token = ""] = mail.link.split("/");
  services.mail.sent.length = 0;
  const trial = await made(
    tenant.api.post("/settings/sign-in/trials", {
      ...defaultPolicy,
      strength: "strong",
      version: 0,
    }),
  );
  const ways = await waysBack(tenant);
  const provider = await anEnabledProvider(tenant, somebody);
  const domainId = await aProvedDomain(tenant, group);
  const ids = {
    ...ways,
    ...provider,
    ...(await anotherAddress(tenant, somebody)),
    ...(await ownAddress(tenant)),
    userId: somebody.id,
    passkeyId,
    groupId: group.id,
    domainId,
    // Not in a path: the domain gives the other one already.
    linkableGroupId: (await tenant.aGroup()).id,
    applicationId: application.id,
    keyId: key.id,
    clientId: client.clientId,
    requestId: launched.headers.get("location")?.split("/").at(-1) ?? "",
    sessionId: sessions,
    deviceId: await aRememberedDevice(tenant, somebody),
    logoutId: await aSignOut(tenant),
    eventId: await first(tenant, "/events"),
    trialId: trial.id,
    linkId,
    token,
    logoName: logo.path.split("/").at(-1) ?? "",
  };
  return { tenant, ids, somebody };
}

/** A browser that stands for this person's second step. */
async function aRememberedDevice({ tenant, newBrowser }: TestTenant, { id: userId }: TestUser) {
  const { ip, userAgent } = newBrowser();
  const origin = { requestId: "test", ip, userAgent };
  const arrival = { userId, token: undefined, origin, now: new Date(), rememberDays: 30 };
  const actor = { kind: "visitor", userId, origin } as const;
  return (await tenant.write((db) => welcomeDevice(db, actor, arrival))).deviceId;
}

/** The same of the tenant's own person, for their own pages. */
async function ownAddress(tenant: TestTenant) {
  const { addressId, pendingAddressId } = await anotherAddress(tenant, {
    id: await anybody(tenant),
  });
  return { ownAddressId: addressId, ownPendingAddressId: pendingAddressId };
}

/** A second address of somebody, and one that waits. */
export async function anotherAddress(
  { tenant, subdomain }: TestTenant,
  { id: userId }: Pick<TestUser, "id">,
) {
  return tenant.write(async (db) => {
    const email = `second-${userId}@${subdomain}.example.com`;
    const address = await db
      .insertInto("user_emails")
      .values({ user_id: userId, email, is_primary: false, verified_at: new Date() })
      .returning("id")
      .executeTakeFirstOrThrow();
    const pending = await db
      .insertInto("pending_emails")
      .values({
        user_id: userId,
        email: `third-${userId}@${subdomain}.example.com`,
        token_hash: Buffer.from(crypto.getRandomValues(new Uint8Array(32))),
        expires_at: new Date(Date.now() + 86_400_000),
      })
      .returning("id")
      .executeTakeFirstOrThrow();
    return { addressId: address.id, pendingAddressId: pending.id };
  });
}

/** A sign-out on its way in some other browser. */
async function aSignOut({ tenant }: TestTenant): Promise<string> {
  const { id } = await tenant.write((db) =>
    db
      .insertInto("logouts")
      .values({ browser_hash: Buffer.alloc(32), expires_at: new Date(Date.now() + 1_800_000) })
      .returning("id")
      .executeTakeFirstOrThrow(),
  );
  return id;
}

/** An identity provider that brought somebody in, with a domain, a prepared key and a test under way. */
async function anEnabledProvider(tenant: TestTenant, somebody: TestUser) {
  const { api } = tenant;
  const { id } = await made(api.post("/identity-providers", { name: "Okta", preset: "okta" }));
  const path = `/identity-providers/${id}`;
  await api.put(`${path}/description`, { metadataXml: idpMetadata() });
  const domain = `${tenant.subdomain}-provider.example`;
  await api.post(`${path}/domains`, { domain });
  await api.delete(`${path}/disablement`);
  const key = await made(api.post(`${path}/keys`));
  const startedBy = await anybody(tenant);
  const testId = await tenant.tenant.write(async (db) => {
    const providerId = IdentityProviderId.parse(id);
    await db
      .insertInto("federated_identities")
      .values({ identity_provider_id: providerId, subject: "00u", user_id: somebody.id })
      .execute();
    const test = await db
      .insertInto("identity_provider_requests")
      .values({
        identity_provider_id: providerId,
        message_id: `_${crypto.randomUUID()}`,
        started_by: startedBy,
        expires_at: new Date(Date.now() + 600_000),
      })
      .returning("id")
      .executeTakeFirstOrThrow();
    return test.id;
  });
  const providerGroupId = await aMapping(tenant, id);
  return { providerId: id, providerKeyId: key.id, domain, testId, providerGroupId };
}

/** A domain that gives a group. */
async function aProvedDomain({ tenant, subdomain }: TestTenant, { id }: { id: GroupId }) {
  return tenant.write(async (db) => {
    const domain = await db
      .insertInto("organisation_domains")
      .values({
        domain: `${subdomain}-own.example`,
        proof_token: "0".repeat(40),
        proved_at: new Date(),
        proved_how: "dns",
      })
      .returning("id")
      .executeTakeFirstOrThrow();
    await db
      .insertInto("organisation_domain_groups")
      .values({ domain_id: domain.id, group_id: id })
      .execute();
    return domain.id;
  });
}

/** A value of its claim that stands for a group of its own. */
async function aMapping({ api }: TestTenant, providerId: string): Promise<string> {
  const sent = await api.post(`/identity-providers/${providerId}/groups/mappings`, {
    value: "staff",
    newGroup: "Staff there",
  });
  const { items } = (await sent.json()) as { items: { id: string }[] };
  return items[0]?.id ?? "";
}

/** The tenant's own person, else a new one. */
async function anybody(tenant: TestTenant): Promise<UserId> {
  try {
    return tenant.me.id;
  } catch {
    return (await tenant.aUser({ role: "super_admin" })).id;
  }
}

/** Requests that wait, and a counter that is full. */
async function waysBack(tenant: TestTenant) {
  const [out, asking] = [
    await tenant.aUser({ state: "deactivated" }),
    await tenant.aUser({ role: "super_admin" }),
  ];
  return tenant.tenant.write(async (db) => {
    const request = await db
      .insertInto("reactivation_requests")
      .values({ user_id: out.id, reason: "I am back" })
      .returning("id")
      .executeTakeFirstOrThrow();
    const expires_at = new Date(Date.now() + 86_400_000);
    const reset = await db
      .insertInto("factor_resets")
      .values({ user_id: out.id, requested_by: asking.id, expires_at })
      .returning("id")
      .executeTakeFirstOrThrow();
    const key = Buffer.from(crypto.getRandomValues(new Uint8Array(32)));
    const windowAt = new Date(Math.floor(Date.now() / 3_600_000) * 3_600_000);
    await db
      .insertInto("limits")
      .values({
        name: "sign_in.password_account",
        key,
        window_at: windowAt,
        hits: 60,
        expires_at: new Date(windowAt.getTime() + 7_200_000),
        about: "nobody@example.com",
        reached_at: new Date(),
      })
      .execute();
    return {
      reactivationRequestId: request.id,
      factorResetId: reset.id,
      limitId: `sign_in.password_account~${key.toString("base64url")}`,
    };
  });
}

async function made(sent: Promise<Response>): Promise<{ id: string; clientId: string }> {
  const answer = await sent;
  if (answer.status !== 201) throw new Error(`${answer.status}: ${await answer.text()}`);
  return (await answer.json()) as { id: string; clientId: string };
}

async function first({ api }: TestTenant, path: string): Promise<string> {
  const { items } = (await (await api.get(path)).json()) as { items: { id: string }[] };
  return items[0]?.id ?? "";
}

let applications = 0;

/** An application given by hand, under an entity id of its own. */
export const anApplication = (name: string) => {
  applications += 1;
  const host = `app${applications}.example.org`;
  return {
    kind: "saml",
    name,
    entityId: `https://${host}/metadata`,
    acsUrl: `https://${host}/acs`,
  };
};

type Sample = (world: World) => Fields;

/** What the settings' form sends. */
const settingsForm = (): Fields => ({
  version: "0",
  passwordMinLength: "16",
  passwordMinScore: "3",
  strength: "baseline",
  graceDays: "7",
  sessionPreset: "aal2",
  rememberDeviceDays: "0",
  passkeyAaguids: "",
  inactiveAfterDays: "",
  defaultIdentityProviderId: "",
  keepSignedIn: "on",
  peopleEditNames: "on",
});

/** Fields that an unsafe route accepts; a route that is not here takes none. */
const samples: Readonly<Record<string, Sample>> = {
  "POST /sign-in": ({ somebody }) => ({ email: somebody.email, return_to: "/" }),
  "POST /sign-in/password": () => ({ password: goodPassword }),
  "POST /sign-in/code": () => ({ code: "12345678" }),
  "POST /sign-in/totp": () => ({ code: "123456" }),
  "POST /sign-in/proof": () => ({ code: "12345678" }),
  "POST /sign-in/ways": () => ({ way: "totp" }),
  "POST /sign-in/passkey": () => ({ response: "{}" }),
  "POST /sign-in/enrolment/app/confirmation": () => ({ code: "123456" }),
  "POST /sign-in/enrolment/passkey": () => ({ response: "{}", name: "Laptop" }),
  "POST /sign-in/backup-code": () => ({ code: "abcd-efgh-jkmn-pqrs" }),
  "POST /forgotten-password": ({ somebody }) => ({ email: somebody.email }),
  "POST /sign-in/new-password": () => ({ password: goodPassword }),
  "POST /sign-in/new-password/strength": () => ({ password: goodPassword }),
  "PUT /security/password": () => ({
    currentPassword: goodPassword,
    password: "heron candle umbrella plinth",
  }),
  "POST /security/password/strength": () => ({ password: goodPassword }),
  "POST /security/authenticator-app": () => ({ currentPassword: goodPassword, code: "123456" }),
  "POST /security/authenticator-app/confirmation": () => ({ code: "123456" }),
  "DELETE /security/authenticator-app": () => ({ currentPassword: goodPassword, code: "123456" }),
  "POST /security/backup-codes": () => ({ currentPassword: goodPassword, code: "123456" }),
  "POST /security/passkeys/new": () => ({ currentPassword: goodPassword, code: "123456" }),
  "POST /security/passkeys": () => ({ answer: "{}", name: "Walked" }),
  "PATCH /security/passkeys/:passkeyId": () => ({ name: "Walked" }),
  "DELETE /security/passkeys/:passkeyId": () => ({ currentPassword: goodPassword, code: "123456" }),
  "POST /step-up": () => ({ currentPassword: goodPassword, code: "123456", return_to: "/users" }),
  "POST /applications": () => ({ ...anApplication("Walked") }),
  "PATCH /applications/:applicationId": () => ({
    name: "Renamed",
    description: "What it is for",
    nameIdFormat: "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent",
    availableToAll: "true",
  }),
  "PUT /applications/:applicationId/metadata": () => ({ metadataXml: "<not-metadata/>" }),
  "PUT /applications/:applicationId/attributes": () => ({
    form: "all",
    "sent.email": "on",
    "attributes.email": "mail",
  }),
  "POST /applications/:applicationId/preview": ({ tenant }) => ({ email: tenant.me.email }),
  "POST /applications/:applicationId/grants": ({ ids }) => ({ groupId: ids["groupId"] ?? "" }),
  "POST /identity-providers": () => ({ name: "Walked", preset: "entra" }),
  "PATCH /identity-providers/:providerId": () => ({
    name: "Renamed",
    emailAttribute: "mail",
    "attributeClaims.job_title": "title",
    trustsSecondStep: "true",
  }),
  "PUT /identity-providers/:providerId/description": () => ({ metadataXml: "<not-metadata/>" }),
  "POST /identity-providers/:providerId/domains": ({ tenant }) => ({
    domain: `walked${(applications += 1)}-${tenant.subdomain}.example`,
  }),
  "PUT /identity-providers/:providerId/disablement": () => ({ confirmed: "off" }),
  "DELETE /identity-providers/:providerId": () => ({ confirmed: "off" }),
  "DELETE /identity-providers/:providerId/people/:userId": () => ({ way: "password" }),
  "PUT /users/:userId/identity-provider": () => ({ way: "password" }),
  "PUT /identity-providers/:providerId/groups": () => ({ groupsAttribute: "groups" }),
  "POST /identity-providers/:providerId/groups/mappings": ({ ids }) => ({
    value: `walked-${(applications += 1)}`,
    groupId: ids["groupId"] ?? "",
  }),
  "POST /sign-in/with/:providerId": () => ({ return_to: "/groups" }),
  "POST /sign-in/link": () => ({ password: goodPassword }),
  "POST /saml/idp/sso/:requestId/consent": () => ({ choice: "continue" }),
  "POST /api-clients/:clientId/secret": () => ({}),
  "POST /api-clients": () => ({ name: "Walked", role: "member" }),
  "PUT /branding": () => ({ accentKind: "own", accent: "#0f766e" }),
  "PATCH /profile": () => ({
    firstName: "Ada",
    lastName: "Byron",
    timeZone: "Europe/London",
    theme: "dark",
  }),
  "POST /profile/addresses": ({ tenant }) => ({
    email: `walked${(applications += 1)}@${tenant.subdomain}.example.com`,
  }),
  "PUT /profile/addresses/:ownAddressId/primary": () => ({ confirm: "on" }),
  "POST /users/:userId/addresses": ({ tenant }) => ({
    email: `walked${(applications += 1)}@${tenant.subdomain}.example.com`,
  }),
  "PUT /users/:userId/addresses/:addressId/primary": () => ({ confirm: "on" }),
  "POST /profile/browser-time-zone": () => ({ timeZone: "Europe/London" }),
  "POST /users": ({ tenant }) => ({
    firstName: "Grace",
    lastName: "Hopper",
    email: `walked${(applications += 1)}@${tenant.subdomain}.example.com`,
    role: "member",
  }),
  "PUT /users/:userId/anonymisation": ({ somebody }) => ({ confirmation: somebody.email }),
  "DELETE /users/:userId": ({ somebody }) => ({ confirmation: somebody.email }),
  "PATCH /users/:userId": () => ({ firstName: "Grace", lastName: "Hopper", role: "admin" }),
  "PATCH /users/:userId/attributes": () => ({ job_title: "Walker", department: "" }),
  "POST /users/missing-attributes/asked": () => ({ everyone: "on" }),
  "PATCH /profile/completion": () => ({ job_title: "Walker", return_to: "/groups" }),
  "PUT /settings/attributes": () => ({
    switches: "all",
    version: "0",
    "attributes.job_title.enabled": "on",
  }),
  "PUT /settings/federation": () => ({
    version: "0",
    groupScope: "all",
    certificateYears: "3",
    rotationWindowDays: "60",
  }),
  "PUT /settings/sign-in": settingsForm,
  "POST /settings/sign-in/trials": settingsForm,
  "PUT /settings/sign-in/trials/:trialId/application": () => ({ withoutTest: "on" }),
  "POST /reactivation/:linkId/:token": () => ({ reason: "I am back" }),
  "POST /settings/domains": ({ tenant }) => ({
    domain: `walked${(applications += 1)}-${tenant.subdomain}.example`,
  }),
  "POST /settings/domains/:domainId/groups": ({ ids }) => ({
    groupId: ids["linkableGroupId"] ?? "",
  }),
  "POST /groups": () => ({ name: `Walked ${(applications += 1)}`, description: "All of them" }),
  "PATCH /groups/:groupId": () => ({ name: "Walked on", description: "Some of them" }),
  "POST /groups/:groupId/members": ({ tenant }) => ({ userIds: tenant.me.id }),
};

export const hasSample = (route: AnyRoute) => nameOf(route) in samples;

export const sampleOf = (route: AnyRoute, world: World): Fields =>
  samples[nameOf(route)]?.(world) ?? {};
