// Break-glass: lets somebody back in, and takes back settings that keep everybody out. One transaction, then the mail is given a chance.
import { type Recovered, recoverByOperator, tellSuperAdmins } from "#features/recovery/index.ts";
import { endTrialByOperator, restoreDefaultPolicy } from "#features/settings/index.ts";
import { siteOf, type Tenant } from "#features/tenants/index.ts";
import { postOf } from "#platform/http/handling.ts";
import type { Services } from "#platform/services.ts";
import type { Actor } from "#src/actor.ts";
import { type MailOutcome, outcomeOfMail } from "./_mail-outcome.ts";

export interface Wish {
  readonly email: string;
  /** Take the person from the identity providers that they are linked to. */
  readonly unlink: boolean;
  /** Only the password is lost. */
  readonly keepSecondSteps: boolean;
  readonly revertPolicyTrial: boolean;
  readonly defaultPolicy: boolean;
}

export interface Outcome extends Recovered {
  readonly mail: MailOutcome;
  /** What became of the settings, in words; empty when nothing was asked for. */
  readonly policy: string;
}

const trialText = {
  reverted: "The trial of the sign-in settings was taken back.",
  cancelled: "The proposed change of the sign-in settings was dropped.",
  none: "No change of the sign-in settings was on trial.",
} as const;

/** @throws {userNotFound} @throws {addressNotVerified} @throws {recoveryNotPossible} @throws {comesByItsProvider} */
export async function recover(
  services: Services,
  actor: Actor,
  tenant: Tenant,
  { email, unlink, keepSecondSteps, revertPolicyTrial, defaultPolicy }: Wish,
): Promise<Outcome> {
  const post = postOf(services, siteOf(services.config, tenant));
  const now = services.clock.now();
  const done = await services.database.tenant(tenant.id).write(async (db) => {
    const by = { db, post, actor, now };
    const said: string[] = [];
    if (revertPolicyTrial) said.push(trialText[await endTrialByOperator(by)]);
    if (defaultPolicy)
      said.push(
        (await restoreDefaultPolicy(by))
          ? "The sign-in settings are those of a new tenant again."
          : "The sign-in settings are those of a new tenant already.",
      );
    // After the settings: they may be what led the address to an identity provider.
    const recovered = await recoverByOperator(by, { email, unlink, keepSecondSteps });
    const policy = said.join(" ");
    await tellSuperAdmins(by, { ...recovered, keptSecondSteps: keepSecondSteps }, policy);
    return { ...recovered, policy };
  });
  return { ...done, mail: await outcomeOfMail(services, tenant, done.userId, done.mailedAs) };
}
