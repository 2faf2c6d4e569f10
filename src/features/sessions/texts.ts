import { defineTexts } from "#platform/texts.ts";

export const texts = defineTexts("sessions", {
  notFound: "This session has already ended",
  renewed: "Another tab of yours changed something at the same moment: send this again",
  aboveRole: "You cannot end a session of someone whose role is above yours",

  started: "Signed in",
  reauthenticated: "Proved again who they are",
  ended: "Session ended",

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
    `${device} is signed out at once. Work that is not saved there may be lost. Signing in again is possible.`,
  endedNotice: "The session has ended",

  unknownBrowser: "Unknown browser",
  unknownDevice: "Unknown device",
  browserOn: (browser: string, system: string) => `${browser} on ${system}`,
});
