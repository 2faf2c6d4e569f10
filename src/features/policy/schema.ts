// A tenant's sign-in policy: what is asked of its people. The database's defaults are the ones of `defaultPolicy`.
import { z } from "zod";
import { IdentityProviderId } from "#src/ids.ts";
import { texts } from "./texts.ts";

/** How strongly somebody has proved who they are, weakest first. */
export const Strength = z.enum(["baseline", "strong", "phishing_resistant"]);
export type Strength = z.infer<typeof Strength>;

/** What a group or an application asks for; null, and the empty choice of a form: as the tenant asks. */
export const OwnStrength = z.preprocess(
  (value) => (value === "" ? null : value),
  z.enum(Strength.options, { error: () => texts.strengthUnknown }).nullable(),
);

/** How somebody proved who they are in one sign-in. A passkey always means with user verification: two factors in one. */
export const Method = z.enum([
  "password",
  "email_code",
  /** A link that the operator made on the server and handed over: once, in the place of a code by e-mail. */
  "operator_link",
  "totp",
  "backup_code",
  "passkey",
  "remembered_device",
  /** An identity provider's word; then what it said about several factors, where it is trusted with that. */
  "provider",
  "provider_mfa",
  "provider_phishing_resistant",
]);
export type Method = z.infer<typeof Method>;

const aaguidShape = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Whole numbers within bounds; every way to miss them has the one sentence. */
const whole = (min: number, max: number, error: () => string) =>
  z.int({ error }).min(min, { error }).max(max, { error });
const yesOrNo = z.boolean({ error: () => texts.yesOrNo });

/** Shorter passwords are for where a second step is asked for as well that is one (NIST SP 800-63B-4 §3.1.1.2). */
export const passwordAloneMinLength = 15;

/** As the API and the settings page know it. */
export const Policy = z.object({
  /** Characters, NFC. */
  passwordMinLength: whole(8, 64, () => texts.lengthRange),
  /** zxcvbn. */
  passwordMinScore: z.union([z.literal(3), z.literal(4)], { error: () => texts.scoreRange }),
  /** Whether a code by e-mail proves the mailbox before the password is asked for. */
  emailProofFirst: yesOrNo,
  /** Of everybody; a group may ask for more. */
  strength: z.enum(Strength.options, { error: () => texts.strengthUnknown }),
  /** Days from the first sign-in that does not satisfy the strength until it must. 0: at once. */
  graceDays: whole(0, 90, () => texts.graceRange),
  /** How long a browser may stand for the second step; 0: never. */
  rememberDeviceDays: whole(0, 90, () => texts.rememberRange),
  /** Models of authenticators that may be registered as passkeys; null: any. */
  passkeyAaguids: z
    .array(
      z
        .string({ error: () => texts.aaguidCount })
        .trim()
        .toLowerCase(),
      {
        error: () => texts.aaguidCount,
      },
    )
    .min(1, { error: () => texts.aaguidCount })
    .max(200, { error: () => texts.aaguidCount })
    // Many AAGUIDs lack the version and variant bits of a UUID: any 128 bits in that shape are one (WebAuthn L3 §6.5.1).
    .superRefine((models, context) => {
      const odd = models.find((model) => !aaguidShape.test(model));
      if (odd !== undefined)
        context.addIssue({ code: "custom", message: texts.aaguidMalformed(odd.slice(0, 50)) });
    })
    .overwrite((models) => [...new Set(models)].sort())
    .nullable(),
  /** Null: no limit but the absolute one. */
  sessionIdleSeconds: whole(300, 2_592_000, () => texts.idleRange).nullable(),
  sessionAbsoluteSeconds: whole(900, 2_592_000, () => texts.absoluteRange),
  /** Whether people may keep a session beyond the browser's window. */
  keepSignedIn: yesOrNo,
  /** Whether a reset of somebody's second steps needs a second administrator. */
  resetNeedsTwoAdmins: yesOrNo,
  /** People whom nobody saw for this long are deactivated; null: never. */
  inactiveAfterDays: z
    .literal([14, 30, 60, 90, 180, 365], { error: () => texts.inactiveUnknown })
    .nullable(),
  peopleEditNames: yesOrNo,
  /** Where addresses lead whose domain is bound to no identity provider; null: to the password. */
  defaultIdentityProviderId: z
    .uuid({ error: () => texts.providerUnknown })
    .pipe(IdentityProviderId)
    .nullable()
    .default(null),
});
export type Policy = Readonly<z.infer<typeof Policy>>;
export type PolicyField = keyof Policy;
export const policyFields = Policy.keyof().options;

/** What does not hold together although each field is sound: field → sentence. */
export function contradictions(policy: Policy): Partial<Record<PolicyField, string>> {
  const { passwordMinLength, rememberDeviceDays, sessionIdleSeconds, sessionAbsoluteSeconds } =
    policy;
  const isShort = passwordMinLength < passwordAloneMinLength;
  // A code by e-mail is no second factor (§3.1.3.1 there), and it is enough at baseline and in the days of grace.
  const isMailEnough = policy.strength === "baseline" || policy.graceDays > 0;
  const isIdleLonger = (sessionIdleSeconds ?? 0) > sessionAbsoluteSeconds;
  return {
    ...(isShort && isMailEnough ? { passwordMinLength: texts.shortNeedsSecondStep } : {}),
    ...(isShort && rememberDeviceDays > 0 ? { rememberDeviceDays: texts.rememberNeedsLength } : {}),
    ...(isIdleLonger ? { sessionIdleSeconds: texts.idleAboveAbsolute } : {}),
  };
}

export const defaultPolicy: Policy = {
  passwordMinLength: passwordAloneMinLength,
  passwordMinScore: 3,
  emailProofFirst: false,
  strength: "baseline",
  graceDays: 7,
  rememberDeviceDays: 0,
  passkeyAaguids: null,
  sessionIdleSeconds: 24 * 60 * 60,
  sessionAbsoluteSeconds: 14 * 24 * 60 * 60,
  keepSignedIn: true,
  resetNeedsTwoAdmins: false,
  inactiveAfterDays: null,
  peopleEditNames: true,
  defaultIdentityProviderId: null,
};
