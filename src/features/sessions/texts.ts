import { defineTexts } from "#platform/texts.ts";

export const texts = defineTexts("sessions", {
  notFound: "This session has already ended",
  renewed: "Another tab of yours changed something at the same moment: send this again",
  aboveRole: "You cannot end a session of someone whose role is above yours",

  started: "Signed in",
  reauthenticated: "Proved again who they are",
  ended: "Session ended",
  allEnded: "Everybody's sessions ended",

  title: "Sessions",
  titleOf: (name: string) => `Sessions of ${name}`,
  description: "Who is signed in at this moment, on which device, since when.",
  person: "Person",
  device: "Device",
  signedInAt: "Signed in",
  lastSeenAt: "Last seen",
  endsAt: "Ends unless used",
  withWindow: "or when the window is closed",
  actions: "Actions",
  everybody: "Show everybody's sessions",
  count: (shown: number) =>
    shown === 1 ? "1 session on this page" : `${shown} sessions on this page`,
  none: "Nobody is signed in",
  noneOf: "This person is not signed in anywhere",
  noneText: "A session appears here as soon as somebody signs in.",
  end: "End session",
  cancel: "Cancel",
  endOf: (name: string, device: string) => `End session of ${name} on ${device}`,
  endQuestion: (name: string) => `End this session of ${name}?`,
  endConsequence: (device: string) =>
    `${device} is signed out at once. Work that is not saved there may be lost. Signing in again is possible, as from a new browser.`,
  endAll: "End everybody's sessions",
  endAllQuestion: "End everybody's sessions?",
  endAllCount: (sessions: number, people: number) =>
    sessions === 0
      ? "Nobody else is signed in at this moment."
      : `${sessions === 1 ? "1 session" : `${sessions} sessions`} of ${people === 1 ? "1 person" : `${people} people`} will end at once.`,
  endAllOwn: "You stay signed in here, and are signed out everywhere else too.",
  endAllConsequence:
    "Everybody signs in again with all that is asked of them: sign-ins that are half done start over, and remembered devices do not stand for the second step. Work that is not saved may be lost.",
  endAllStays:
    "Passwords, passkeys and second steps stay as they are, and API clients go on working. Applications that people have opened already keep their own sessions.",
  endedAllNotice: (sessions: number, people: number) =>
    sessions === 0
      ? "There were no other sessions"
      : `${sessions === 1 ? "1 session" : `${sessions} sessions`} of ${people === 1 ? "1 person" : `${people} people`} ended`,
  endedNotice: "The session has ended",

  unknownBrowser: "Unknown browser",
  unknownDevice: "Unknown device",
  browserOn: (browser: string, system: string) => `${browser} on ${system}`,
});
