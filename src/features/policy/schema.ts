// A tenant's sign-in policy: what is asked of its people. The database's defaults are the ones of `defaultPolicy`.
import { z } from "zod";

/** How strongly somebody has proved who they are, weakest first. */
export const Strength = z.enum(["baseline", "strong", "phishing_resistant"]);
export type Strength = z.infer<typeof Strength>;

/** How somebody proved who they are in one sign-in. A passkey always means with user verification: two factors in one. */
export const Method = z.enum([
  "password",
  "email_code",
  "totp",
  "backup_code",
  "passkey",
  "remembered_device",
]);
export type Method = z.infer<typeof Method>;

/** As the API and the settings page know it. */
export const Policy = z.object({
  /** Characters, NFC. */
  passwordMinLength: z.int().min(8).max(64),
  /** zxcvbn. */
  passwordMinScore: z.union([z.literal(3), z.literal(4)]),
  /** Whether a code by e-mail proves the mailbox before the password is asked for. */
  emailProofFirst: z.boolean(),
  /** Of everybody; a group may ask for more. */
  strength: Strength,
  /** Days from the first sign-in that does not satisfy the strength until it must. 0: at once. */
  graceDays: z.int().min(0).max(90),
  /** How long a browser may stand for the second step; 0: never. */
  rememberDeviceDays: z.int().min(0).max(90),
  /** Models of authenticators that may be registered as passkeys; null: any. */
  passkeyAaguids: z.array(z.uuid().toLowerCase()).min(1).max(200).nullable(),
  /** Null: no limit but the absolute one. */
  sessionIdleSeconds: z.int().min(300).max(2_592_000).nullable(),
  sessionAbsoluteSeconds: z.int().min(900).max(2_592_000),
  /** Whether people may keep a session beyond the browser's window. */
  keepSignedIn: z.boolean(),
  /** Whether a reset of somebody's second steps needs a second administrator. */
  resetNeedsTwoAdmins: z.boolean(),
  /** People whom nobody saw for this long are deactivated; null: never. */
  inactiveAfterDays: z.literal([14, 30, 60, 90, 180, 365]).nullable(),
  peopleEditNames: z.boolean(),
});
export type Policy = Readonly<z.infer<typeof Policy>>;

export const defaultPolicy: Policy = {
  passwordMinLength: 14,
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
};
