import { defineTexts } from "#platform/texts.ts";

export const texts = defineTexts("logout", {
  // Refusals
  messageInvalid:
    "You came with a sign-out message that cannot be read, so nothing was done. If you are still signed in here, use “Sign out” in the menu",
  unknownSender:
    "Who sent you here to sign out is not registered with your organisation, so nothing was done. If you are still signed in here, use “Sign out” in the menu",
  senderDisabled:
    "Who sent you here to sign out is switched off at the moment, so nothing was done. If you are still signed in here, use “Sign out” in the menu",
  noCertificate:
    "The application that sent you here to sign out has given us no certificate, so its request cannot be trusted and nothing was done. Use “Sign out” in the menu here, and ask your administrator to register the application with metadata that holds its certificate",
  signatureRefused:
    "The sign-out message does not carry a valid signature, so it cannot be trusted and nothing was done. If you are still signed in here, use “Sign out” in the menu",
  wrongDestination:
    "The sign-out message was meant for another address, so nothing was done. If you are still signed in here, use “Sign out” in the menu",
  messageStale:
    "The sign-out message is too old or comes from a clock that is wrong, so nothing was done. Try again, or use “Sign out” in the menu here",
  gone: "This sign-out is over, or was begun in another browser",
  tooMany: "Too many sign-out messages from here were refused. Wait a few minutes and try again",

  // The page
  signingOutTitle: "Signing you out",
  signingOutLead: "You are signed out here. The applications that you opened are being told.",
  waiting: "Waiting for its answer",
  signedOut: "Signed out",
  partly: "Signed out, but perhaps not of everything behind it",
  failed: "Did not sign you out",
  unconfirmed: "Answered, without a signature that could be checked",
  unanswered: "Did not answer",
  unreachable: "Cannot be signed out from here",
  tell: (name: string) => `Sign out of ${name}`,
  frameOf: (name: string) => `Signing you out of ${name}`,
  continue: "Continue without waiting",
  doneTitle: "You are signed out",
  doneLead: "Your session here is over.",
  remain: (names: string) =>
    `You may still be signed in to ${names}. Sign out there, or close the browser.`,
  and: (first: string, last: string) => `${first} and ${last}`,
  offer: (provider: string) => `Also sign out of ${provider}`,
  offerHint: (provider: string) =>
    `You came in by ${provider}. Whoever uses this browser next can come in by it again until you sign out there.`,
  onwardTitle: (name: string) => `On to ${name}`,
  onwardLead: "You are signed out here. If nothing happens, use the button.",
  onward: (name: string) => `Continue to ${name}`,
  signInAgain: "Sign in again",

  // Audit trail
  eventByApplication: "Signed out by an application",
  eventByProvider: "Signed out by an identity provider",
  eventUnknownSession: "Sign-out asked for a session that is not known",
  eventApplicationTold: "Application told of a sign-out",
  eventApplicationAnswered: "Application answered to a sign-out",
  eventProviderTold: "Identity provider told of a sign-out",
  eventProviderAnswered: "Identity provider answered to a sign-out",
  eventRefused: "Sign-out message refused",
});
