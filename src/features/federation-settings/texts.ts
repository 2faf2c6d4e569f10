import { defineTexts } from "#platform/texts.ts";

const days = (n: number) => (n === 1 ? "1 day" : `${n} days`);

export const texts = defineTexts("federation-settings", {
  title: "Federation settings",
  description: "What holds for all applications and identity providers of your organisation.",
  save: "Save settings",
  savedNotice: "Settings saved",
  groups: "Groups",
  groupsText: "Each application can say otherwise on its own page.",
  groupScope: "Groups that applications are told of",
  groupScopeHint:
    "When an application is told more than before, people are asked once more whether they agree.",
  certificates: "Certificates",
  certificatesText:
    "Each application and each identity provider has a key of its own that we sign with. Its certificate is on their setup pages and in our metadata.",
  certificateYears: "Lifetime of new certificates",
  certificateYearsHint:
    "Of keys that are made from now on. Replacing one is work for both sides; choose a shorter life where your rules ask for it.",
  rotationWindowDays: "Prepare the next key",
  rotationWindowDaysHint:
    "So long before a certificate ends, the next one is made and published beside it. It signs once you switch to it on the connection’s page, never by itself: a side that knows only the former certificate would lock everybody out.",
  years: (n: number) => (n === 1 ? "1 year" : `${n} years`),
  daysBefore: (n: number) => `${days(n)} before the certificate ends`,
  versionMissing: "Send the version of the settings that the change is made on",
  changedMeanwhile: "The settings were changed meanwhile: look at them, then save again",
  changedMeanwhileText: (changes: string) =>
    `The settings were changed meanwhile. ${changes}. Your choices are still here: look at them, then save again`,
  changedBy: (who: string, what: string) => `${who} changed ${what}`,
  fromTo: (what: string, from: string, to: string) => `${what}: ${from} → ${to}`,
  client: (name: string) => `The API client ${name}`,
  somebody: "Somebody",
  eventChanged: "Federation settings changed",

  ending: "Certificates that end soon",
  endingText: (window: number) =>
    `Of keys that we sign with now, within ${days(window)}. When one ends and nobody has switched, we go on signing with it: most sides know the key and do not look at dates, but those that do refuse it.`,
  endingEmpty: "No certificate ends soon",
  endingEmptyHint: (window: number) =>
    `Those that end within ${days(window)} are listed here, with what is to be done.`,
  connection: "Connection",
  kind: "Kind",
  application: "Application",
  identityProvider: "Identity provider",
  notInUse: "Not in use",
  ends: "Ends",
  ended: "Ended",
  next: "Next key",
  preparedSince: "Prepared",
  notPrepared: "Not prepared yet",
  todo: "To do",
  doSwitch: "Give it to the other side, then switch",
  doWait: "It is prepared by itself within a day",

  greeting: (firstName: string) => `Hello ${firstName},`,
  mailSubject: (tenant: string, count: number) =>
    count === 1
      ? `1 certificate at ${tenant} comes to its end`
      : `${count} certificates at ${tenant} come to their end`,
  mailText:
    "WeftID signs for each of these connections with a key of its own, whose certificate ends soon or has ended:",
  mailEnds: (name: string, day: string, left: number) =>
    `${name}: ends on ${day}, in ${days(left)}`,
  mailEnded: (name: string, day: string) =>
    `${name}: ended on ${day}; WeftID goes on signing with it until you switch`,
  mailPrepared: "The next certificate is prepared.",
  mailNotPrepared: "The next certificate is not prepared yet.",
  mailMore: (count: number) => `and ${count} more`,
  mailHow:
    "Open each page, give the next certificate to the administrator of the other side (or let it read our metadata again), and switch to it there. Nothing is switched by itself: a side that knows only the former certificate would let nobody in.",
  mailOpen: "Show all certificates that end soon",
});
