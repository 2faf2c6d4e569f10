export {
  authenticateSession,
  clearSessionCookie,
  presentedTokenHash,
  type SessionCookie,
  setSessionCookie,
} from "./authenticate.ts";
export { endAllSessions } from "./actions/end-all.ts";
export {
  endOnWord,
  endOtherSessions,
  endProviderSessions,
  endSession,
  endSessions,
} from "./actions/end.ts";
export { reauthenticateSession, renewSession } from "./actions/renew.ts";
export { type NewSession, startSession } from "./actions/start.ts";
export { sessionEnded, sessionReauthenticated, sessionStarted } from "./events.ts";
export { sessionNotFound } from "./errors.ts";
export { endSpentOf, endSpentSessions } from "./jobs.ts";
export { DeviceOf, EndOf, ProofOf, SignInOf } from "./parts.tsx";
export {
  holdSession,
  type NewParticipant,
  rememberParticipant,
  type SaidName,
} from "./participants.ts";
export { deviceName } from "./device.ts";
export { sessionsOf } from "./queries.ts";
export type { Session, SessionEndReason, SessionProvider } from "./schema.ts";
