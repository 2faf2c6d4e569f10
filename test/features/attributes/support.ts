// What the tests of attributes share: settings with something else in them, and what is known of somebody.
import {
  type AttributeFlags,
  type AttributeKey,
  type AttributeValue,
  attributesOf,
} from "#features/attributes/index.ts";
import type { Settings } from "#features/attributes/schema.ts";
import type { TestTenant, TestUser } from "../../support/a-tenant.ts";

export const path = "/settings/attributes";

type Change = Partial<Record<AttributeKey, Partial<AttributeFlags>>>;

export const settingsOf = async ({ api }: Pick<TestTenant, "api">): Promise<Settings> =>
  (await (await api.get(path)).json()) as Settings;

/** Saves the settings in force with other switches of some attributes. */
export async function put(
  { api }: Pick<TestTenant, "api">,
  change: Change,
  version?: number,
): Promise<Response> {
  const settings = await settingsOf({ api });
  const attributes: Record<string, AttributeFlags> = { ...settings.attributes };
  for (const [key, flags] of Object.entries(change)) {
    const before = settings.attributes[key as AttributeKey];
    attributes[key] = { ...before, ...flags };
  }
  return api.put(path, { version: version ?? settings.version, attributes });
}

/** The same, which must succeed. */
export async function use(tenant: Pick<TestTenant, "api">, change: Change): Promise<void> {
  const answer = await put(tenant, change);
  if (answer.status !== 200) throw new Error(`${answer.status}: ${await answer.text()}`);
}

/** What is known of somebody, with who said it: `{ job_title: "Admiral by admin" }`. */
export async function known(
  { tenant }: TestTenant,
  { id }: Pick<TestUser, "id">,
): Promise<Record<string, string>> {
  const values: AttributeValue[] = await tenant.read((db) => attributesOf(db, id));
  return Object.fromEntries(values.map(({ key, value, source }) => [key, `${value} by ${source}`]));
}
