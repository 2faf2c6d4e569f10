// What happens to a person's authenticators (NIST SP 800-63B-4 §4: keep a record of every binding and its end).
import { z } from "zod";
import { defineEvent } from "#platform/audit/define.ts";
import { UserId } from "#src/ids.ts";
import { texts } from "./texts.ts";

const Person = z.object({ userId: UserId });

export const firstPasswordChosen = defineEvent("password.chosen", {
  says: texts.firstPasswordChosen,
  data: Person,
});
export const passwordWasChanged = defineEvent("password.changed", {
  says: texts.passwordWasChanged,
  data: Person,
});
export const passwordWasReset = defineEvent("password.reset", {
  says: texts.passwordWasReset,
  data: Person,
});
/** A wrong password, one that must be replaced, or a wrong code, where a signed-in person had to prove again who they are. */
export const proofRefused = defineEvent("authenticators.proof_refused", {
  says: texts.proofRefused,
  data: Person.extend({ cause: z.enum(["wrong_password", "password_to_replace", "wrong_code"]) }),
});
export const totpStarted = defineEvent("totp.started", { says: texts.totpStarted, data: Person });
export const totpConfirmed = defineEvent("totp.confirmed", {
  says: texts.totpConfirmed,
  data: Person.extend({ replaced: z.boolean() }),
});
export const totpRemoved = defineEvent("totp.removed", { says: texts.totpRemoved, data: Person });
export const backupCodesIssued = defineEvent("backup_codes.issued", {
  says: texts.backupCodesIssued,
  data: Person,
});
export const backupCodeWasUsed = defineEvent("backup_codes.used", {
  says: texts.backupCodeWasUsed,
  data: Person.extend({ left: z.number().int() }),
});
export const backupCodesDropped = defineEvent("backup_codes.dropped", {
  says: texts.backupCodesDropped,
  data: Person.extend({ unused: z.number().int() }),
});
