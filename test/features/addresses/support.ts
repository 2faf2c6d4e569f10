// Steps that many tests of addresses take.
import { expect } from "bun:test";
import type { TestApp, TestTenant, TestUser } from "../../support/a-tenant.ts";
import type { Browser } from "../../support/browser.ts";
import { locationOf } from "../sign-in/support.ts";

export const own = "/profile/addresses";

export interface Listed {
  readonly addresses: readonly {
    readonly id: string;
    readonly email: string;
    readonly isPrimary: boolean;
    readonly verifiedAt: string | null;
  }[];
  readonly pending: readonly { readonly id: string; readonly email: string }[];
  readonly allowedActions: readonly string[];
}

export const pathOf = ({ id }: Pick<TestUser, "id">) => `/users/${id}/addresses`;

/** As the API tells them. */
export async function addressesOf({ api }: TestTenant, user: TestUser): Promise<Listed> {
  const answer = await api.get(pathOf(user));
  if (answer.status !== 200) throw new Error(`${answer.status}: ${await answer.text()}`);
  return (await answer.json()) as Listed;
}

/** The id of one of them, waiting or not. */
export async function idOf(tenant: TestTenant, user: TestUser, email: string): Promise<string> {
  const { addresses, pending } = await addressesOf(tenant, user);
  const found = [...addresses, ...pending].find((one) => one.email === email);
  if (!found) throw new Error(`${email} is not there`);
  return found.id;
}

/** A second address that is theirs already, beside the pages. */
export const giveAddress = (
  { tenant }: TestTenant,
  user: TestUser,
  email: string,
  verifiedAt: Date | null = new Date(),
): Promise<unknown> =>
  tenant.write((db) =>
    db
      .insertInto("user_emails")
      .values({ user_id: user.id, email, is_primary: false, verified_at: verifiedAt })
      .execute(),
  );

/** The path of the newest link that was mailed to an address to confirm it; "none" where there is none. */
export async function confirmationLink(tenant: TestTenant, email: string): Promise<string> {
  const mails = (await tenant.mails()).filter(({ to }) => to === email);
  return mails.findLast(({ link }) => link.startsWith("/address-confirmation/"))?.link ?? "none";
}

/** Asks for an address on one's own page and answers the link that was mailed to it. */
export async function ask(tenant: TestTenant, browser: Browser, email: string): Promise<string> {
  const answer = await browser.post(own, { email });
  expect([answer.status, locationOf(answer)]).toEqual([303, own]);
  return confirmationLink(tenant, email);
}

export interface Person {
  readonly tenant: TestTenant;
  readonly user: TestUser;
  readonly browser: Browser;
}

/** Somebody who is signed in; `second` is an address that is theirs, too. */
export async function aPerson(
  { aTenant }: TestApp,
  { second, role = "member" }: { second?: string; role?: TestUser["role"] } = {},
): Promise<Person> {
  const tenant = await aTenant();
  const user = await tenant.aUser({ role });
  if (second !== undefined) await giveAddress(tenant, user, second);
  return { tenant, user, browser: await tenant.signedIn(user) };
}

/** To whom which message went, the newest last, without links that sign-ins mail. */
export const subjectsTo = async (tenant: TestTenant, email: string): Promise<string[]> =>
  (await tenant.mails()).filter(({ to }) => to === email).map(({ subject }) => subject);
