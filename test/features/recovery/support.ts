// People with second steps, and what is left of them.
import { countBackupCodes, findAuthenticators } from "#features/authenticators/index.ts";
import { listPasskeys } from "#features/passkeys/index.ts";
import { aPasskey } from "../passkeys/support.ts";
import { withApp } from "../sign-in/support.ts";
import type { TestApp, TestTenant, TestUser } from "../../support/a-tenant.ts";

/** Gives a person an app, backup codes and a passkey. */
export async function withEverything(
  world: TestApp,
  tenant: TestTenant,
  user: TestUser,
): Promise<void> {
  await withApp(world, tenant, user);
  await aPasskey(world, tenant, user);
}

/** What a person proves themselves with besides a password. */
export const stepsOf = ({ tenant }: TestTenant, { id }: TestUser) =>
  tenant.read(async (db) => ({
    secondStep: (await findAuthenticators(db, id))?.secondStep,
    hasTotp: (await findAuthenticators(db, id))?.totpConfirmedAt != null,
    backupCodes: await countBackupCodes(db, id),
    passkeys: (await listPasskeys(db, id)).length,
  }));

export const nothingLeft = {
  secondStep: "email",
  hasTotp: false,
  backupCodes: 0,
  passkeys: 0,
} as const;
export const everything = {
  secondStep: "totp",
  hasTotp: true,
  backupCodes: 10,
  passkeys: 1,
} as const;

/** Makes the tenant ask for two administrators. */
export const askForTwo = ({ tenant }: TestTenant) =>
  tenant.write((db) =>
    db
      .insertInto("sign_in_policies")
      .values({ reset_needs_two_admins: true })
      .onConflict((on) =>
        on.constraint("sign_in_policies_pkey").doUpdateSet({ reset_needs_two_admins: true }),
      )
      .execute(),
  );

export const codeOf = async (answer: Response) => ((await answer.json()) as { code: string }).code;

/** The statuses of answers that came in any order, the lowest first. */
export const statusesOf = (answers: readonly Response[]): number[] =>
  answers.map(({ status }) => status).toSorted((one, other) => one - other);
