import { defineTexts } from "#platform/texts.ts";

export const texts = defineTexts("sso", {
  requestInvalid:
    "The application sent a sign-in request that cannot be read. Go back to it and try again; if it stays, tell its administrator",
  unknownApplication:
    "The application that sent you here is not registered with your organisation. Ask your administrator to register it",
  applicationDisabled:
    "This application is switched off at the moment. Ask your administrator when it will be back",
  signatureRefused:
    "The application’s sign-in request does not carry a valid signature, so it cannot be trusted. Tell its administrator",
  wrongDestination:
    "The application’s sign-in request was meant for another address. Tell its administrator",
  staleRequest:
    "The application’s sign-in request is too old or comes from a clock that is wrong. Go back to it and try again",
  acsRefused:
    "The application asked for the answer to go to an address that is not registered. Tell its administrator",
  replayed: "This sign-in request was used already. Go back to the application and start again",
  tooMany: "Too many sign-in requests came from here. Wait a few minutes and try again",
  requestGone: "This sign-in is no longer waiting. Go back to the application and start again",
  otherBrowser:
    "This sign-in was started in another browser. Go back to the application and start again",
  askedAgain: (application: string) =>
    `${application} asks you to sign in again, to be sure that it is you.`,
  consentTitle: (application: string) => `Continue to ${application}?`,
  consentLead: (application: string) => `${application} will receive this about you:`,
  consentAsked: "You are asked once, and again when more would be sent.",
  continueTo: "Continue",
  cancel: "Cancel",
  otherAccount: "Use another account",
  nameId: "Identifier",
  nameIdTransient: "A new random identifier for this sign-in",
  nameIdPersistent: "A random identifier made for this application",
  email: "E-mail address",
  sendingTitle: (application: string) => `Signing you in to ${application}`,
  sendingLead: "If nothing happens, use the button.",
  returningTitle: (application: string) => `Back to ${application}`,
  tooWeakTitle: (application: string) => `${application} asks for another sign-in`,
  tooWeakLead: (strength: string, methods: string) =>
    `Second step asked for: ${strength}. The least that will do: ${methods}`,
  tooWeakHow:
    "Sign in again: you are asked for what is missing, and can set it up there if you have none yet. Where you can choose, choose what is named above.",
  setUp: "Show what I have",
  signInAgain: "Sign in again",
  deniedTitle: (application: string) => `You have no access to ${application}`,
  deniedLead: (tenant: string) =>
    `Ask an administrator of ${tenant} to give it to you or to one of your groups. You are signed in as`,
  backTo: (application: string) => `Go back to ${application}`,
  home: "Go to your applications",
  deniedLaunch:
    "You have no access to this application, or it is switched off. Ask your administrator",
  applications: "Applications",
  previewTitle: "What would be told about a person",
  previewLead: (application: string) =>
    `What ${application} would get if this person signed in to it now. Nothing is sent; that you looked is in the audit trail.`,
  previewEmail: "E-mail address of the person",
  previewEmailMissing: "Enter the e-mail address of a person",
  previewShow: "Show",
  personUnknown: "There is nobody with this address",
  previewOf: (person: string) => `What would be told about ${person}`,
  previewAnother: "Another person",
  previewPerson: (person: string) => `To the page of ${person}`,
  previewDenied: (person: string, application: string) =>
    `${person} has no access to ${application} at the moment: nothing would be told.`,
  previewFact: "Fact",
  previewName: "Sent as",
  previewValue: "Value",
  previewNameIdLater: "Made at the sign-in",
  previewWithheld:
    "Chosen for this application, and not told: there is no value, or nobody but the person said it, or the organisation lets it out to no application:",
  eventPreviewed: "What would be told about a person looked at",
  eventRefused: "Application’s sign-in request refused",
  eventIssued: "Signed in to an application",
  eventDenied: "Access to an application denied",
  eventDeclined: "Sign-in to an application declined by the person",
});
