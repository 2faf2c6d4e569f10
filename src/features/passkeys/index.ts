export {
  type AssertionStart,
  beginAssertion,
  type PasskeyVisit,
  type PresentedAssertion,
  type RefusedPasskey,
  usePasskey,
  type VerifiedPasskey,
  verifyPasskey,
} from "./actions/assert.ts";
export {
  beginRegistration,
  finishRegistration,
  pendingRegistration,
  type PresentedAttestation,
  type RefusedRegistration,
  type RegisteredPasskey,
} from "./actions/register.ts";
export {
  dropPasskeys,
  type PasskeyChange,
  removePasskey,
  renamePasskey,
} from "./actions/manage.ts";
export { passkeyNotFound, tooManyPasskeys } from "./errors.ts";
export { passkeyRefused } from "./events.ts";
export { givePasskeyHandle, passkeyHandle } from "./handle.ts";
export { countPasskeys, listPasskeys, passkeyUsability } from "./queries.ts";
export { type AssertionCeremony, Passkey, PasskeyName, passkeysMost } from "./schema.ts";
