// What the tests of the settings share: a change as a script sends it, and as the page's form does.
import { defaultPolicy, type Policy } from "#features/policy/index.ts";
import type { Settings, Trial } from "#features/settings/schema.ts";
import type { TestTenant, TestUser } from "../../support/a-tenant.ts";
import type { Fields, Script } from "../../support/browser.ts";

export const path = "/settings/sign-in";

export const settingsOf = async ({ api }: Pick<TestTenant, "api">): Promise<Settings> =>
  (await (await api.get(path)).json()) as Settings;

/** Saves the settings in force with something else in them. */
export async function put(
  { api }: Pick<TestTenant, "api">,
  change: Partial<Policy> & { openTrial?: boolean; version?: number },
): Promise<Response> {
  const { trial: _, ...settings } = await settingsOf({ api });
  return api.put(path, { ...settings, ...change });
}

/** The default settings as the form sends them. */
export const form = (change: Fields = {}): Fields => ({
  version: "0",
  openTrial: "on",
  passwordMinLength: String(defaultPolicy.passwordMinLength),
  passwordMinScore: "3",
  strength: "baseline",
  graceDays: "7",
  sessionPreset: "custom",
  sessionIdleSeconds: String(defaultPolicy.sessionIdleSeconds),
  sessionAbsoluteSeconds: String(defaultPolicy.sessionAbsoluteSeconds),
  rememberDeviceDays: "0",
  passkeyAaguids: "",
  inactiveAfterDays: "",
  defaultIdentityProviderId: "",
  keepSignedIn: "on",
  peopleEditNames: "on",
  ...change,
});

/** Opens a trial of the default settings with something else in them. */
export async function aTrial(
  { api }: { api: Script },
  change: Partial<Policy> = { strength: "strong" },
): Promise<Trial> {
  const { trial: _, ...settings } = await settingsOf({ api });
  const answer = await api.post(`${path}/trials`, { ...settings, ...change });
  if (answer.status !== 201) throw new Error(`${answer.status}: ${await answer.text()}`);
  return (await answer.json()) as Trial;
}

/** What a finished test sign-in leaves behind. */
export const markTested = ({ tenant }: TestTenant, { id }: Trial, at: Date) =>
  tenant.write((db) =>
    db.updateTable("policy_trials").set({ tested_at: at }).where("id", "=", id).execute(),
  );

export const withTotp = ({ tenant }: TestTenant, { id }: TestUser) =>
  tenant.write((db) =>
    db
      .insertInto("totp_authenticators")
      .values({ user_id: id, sealed_secret: Buffer.from("sealed"), confirmed_at: new Date() })
      .execute(),
  );

export const withPasskey = ({ tenant }: TestTenant, { id }: TestUser, suspended = false) =>
  tenant.write((db) =>
    db
      .insertInto("passkeys")
      .values({
        user_id: id,
        credential_id: crypto.getRandomValues(Buffer.alloc(16)),
        public_key: Buffer.from("key"),
        aaguid: crypto.randomUUID(),
        backup_eligible: false,
        backed_up: false,
        name: "Key",
        suspended_at: suspended ? new Date() : null,
      })
      .execute(),
  );
