// What tests of people and their providers share.
import type { TestApp, TestTenant, TestUser } from "../../support/a-tenant.ts";
import type { Browser } from "../../support/browser.ts";
import { answer, askedOn, type Idp, type Person } from "../identity-providers/support.ts";
import type { ResponseParts } from "../../protocols/saml/support/idp.ts";
import { locationOf } from "../sign-in/support.ts";

/** By the link to the provider, as it is in the mail; answers the last answer. */
export async function comeWith(
  app: Pick<TestApp, "clock">,
  browser: Browser,
  idp: Idp,
  person: Person & ResponseParts = {},
): Promise<Response> {
  const begun = await browser.post(`/sign-in/with/${idp.id}`);
  if (locationOf(begun) !== "/sign-in/provider")
    throw new Error(`${begun.status}: ${await begun.text()}`);
  const request = askedOn(await (await browser.get("/sign-in/provider")).text());
  return answer(app, browser, idp, { request, ...person });
}

/** Decides by the API how a person comes in. */
export const decide = (
  { api }: Pick<TestTenant, "api">,
  { id }: Pick<TestUser, "id">,
  fields: Readonly<Record<string, unknown>>,
): Promise<Response> => api.put(`/users/${id}/identity-provider`, fields);

export const sendTo = (
  tenant: Pick<TestTenant, "api">,
  user: Pick<TestUser, "id">,
  idp: Pick<Idp, "id">,
): Promise<Response> => decide(tenant, user, { way: "provider", identityProviderId: idp.id });

/** Takes somebody away from a provider. */
export const takeAway = (
  { api }: Pick<TestTenant, "api">,
  user: { readonly id: string },
  idp: Pick<Idp, "id">,
  fields: Readonly<Record<string, unknown>>,
): Promise<Response> => api.delete(`/identity-providers/${idp.id}/people/${user.id}`, fields);

export const refusalsOf = async (tenant: TestTenant) =>
  (await tenant.events("sign_in.provider_refused")).map(({ data }) => data["cause"]);

export const codeOf = async (sent: Response) =>
  ((await sent.json()) as { code?: string }).code ?? "";

/** Takes a person's password away, beside the page: as somebody is whom a provider has made. */
export const withoutPassword = (app: TestApp, user: Pick<TestUser, "id">): Promise<unknown> =>
  app.asSuperuser("update app.users set password_hash = null where id = $1", [user.id]);

/** The names of the groups that a person is in, and whether by hand. */
export async function groupsOf(app: TestApp, userId: string): Promise<Record<string, boolean>> {
  const rows = await app.asSuperuser<{ name: string; by_hand: boolean }>(
    `select g.name, m.by_hand from app.group_members m join app.groups g on g.id = m.group_id
     where m.user_id = $1 order by g.name`,
    [userId],
  );
  return Object.fromEntries(rows.map(({ name, by_hand }) => [name, by_hand]));
}
