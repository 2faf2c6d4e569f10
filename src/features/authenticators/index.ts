export {
  changePassword,
  pendingTotp,
  removeTotp,
  renewBackupCodes,
  setUpTotp,
  takeTotp,
} from "./actions/change.ts";
export { bindTotp } from "./actions/enrol.ts";
export {
  type AddedPasskey,
  firstBackupCodes,
  passkeyToRemove,
  removeOwnPasskey,
  renameOwnPasskey,
  startPasskey,
  takePasskey,
} from "./actions/passkeys.ts";
export { type DroppedSteps, dropAppAndCodes } from "./actions/drop.ts";
export { backupCodeUsed, passwordChosen, passwordReset } from "./actions/notices.ts";
export { storePassword } from "./actions/passwords.ts";
export { type Changed, type OwnVisit } from "./actions/alone.ts";
export {
  isSignInProof,
  needsCode,
  type Proof,
  proofFields,
  proofHits,
  type Visit,
  withPresence,
} from "./actions/prove.ts";
export { useBackupCode } from "./actions/backup-codes.ts";
export { useTotpCode } from "./actions/totp.ts";
export { dueText, type StepDue, stepDue } from "./due.ts";
export { proofLimited, totpNotPending } from "./errors.ts";
export { flagShortPassword, flagWeakPasswords, spareGoodPasswords } from "./password-reset.ts";
export { waitText } from "./wait.ts";
export { qrSvg } from "./qr.ts";
export {
  type Candidate,
  findPasswordRules,
  judgeNewPassword,
  ratePassword,
  rulesFor,
} from "./password-policy.ts";
export { isAmongListed, openBreachPrefix, type PasswordStamp } from "./password-stamp.ts";
export {
  keepPasswordUp,
  type Measured,
  type PasswordUpkeep,
  passwordUpkeep,
} from "./password-upkeep.ts";
export { countBackupCodes, findAuthenticators } from "./queries.ts";
export {
  type PasswordRating,
  PasswordResetCause,
  type PasswordRules,
  type PersonFacts,
  TypedCode,
  TypedPassword,
} from "./schema.ts";
