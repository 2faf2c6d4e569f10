export { authenticateSession, clearSessionCookie, setSessionCookie } from "./authenticate.ts";
export { endSession, endSessions, type NewSession, renewSession, startSession } from "./actions.ts";
export { sessionEnded, sessionStarted } from "./events.ts";
export { sessionNotFound } from "./errors.ts";
export { deviceName } from "./device.ts";
export { sessionsOf } from "./queries.ts";
export { absoluteSeconds, idleSeconds, type Session, type SessionEndReason } from "./schema.ts";
