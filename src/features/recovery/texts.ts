// What people read about ways back in.
import { defineTexts } from "#platform/texts.ts";
import type { ResetState } from "./schema.ts";

export const texts = defineTexts("recovery", {
  // Refusals
  nothingToReset:
    "This person has no second step but a code by e-mail: there is nothing to take away",
  ownSecondSteps:
    "Your own second steps are on the page Security; another administrator resets them",
  resetWaits: "A reset of this person’s second steps waits for another administrator already",
  nobodyToApprove:
    "Nobody else may agree to this reset: it takes another administrator of at least this person’s role. Whoever runs the server can help with “weft user recover”",
  needsPerson: "Two administrators are asked for here: a script is neither of them",
  ownRequest: "Another administrator must agree: this request is yours",
  requestNotFound: "There is no such request",
  alreadyDecided: "Somebody has decided this already",
  requestOver: "This request is over: it ran out, or who made it may not make it any more",
  neverSignedIn:
    "This person has never signed in: send them another invitation instead (weft provision, weft user invite)",
  comesByItsProvider:
    "This person comes in by the identity provider that the address leads to, so a password would open nothing. Run it again with --unlink to take them from the provider, or let whoever runs the provider help",
  addressNotVerified: "This address is not verified: use one that the person has proved is theirs",
  reasonMissing: "Say in a few words why you need the account",
  reasonTooLong: "Use at most 1,000 characters",
  reasonUnprintable: "Leave out characters that cannot be printed",

  // Audit trail
  resetEvent: "Second steps reset",
  resetRequestedEvent: "Reset of second steps requested",
  resetApprovedEvent: "Reset of second steps approved",
  resetDeniedEvent: "Reset of second steps denied",
  resetLapsedEvent: "Reset of second steps not decided",
  reactivationRequestedEvent: "Reactivation requested",
  reactivationApprovedEvent: "Reactivation approved",
  reactivationDeniedEvent: "Reactivation denied",
  byOperatorEvent: "Account recovered by the operator",

  // Pages of administrators
  title: "Recovery",
  lead: "People who cannot get in by themselves and wait for an administrator.",
  tabs: "Recovery",
  toDoTab: "To do",
  reactivationsTab: "Reactivations",
  resetsTab: "Second steps",
  reactivations: "Asking to be let in again",
  resets: "Second steps to be reset",
  reactivationsLead: "Deactivated people who asked to be let in again, and what was decided.",
  resetsLead: "Resets that needed a second administrator, and what was decided.",
  nothingToDo: "Nothing to do",
  nothingToDoText:
    "Deactivated people who ask to be let in again appear here, and so do resets of second steps that need a second administrator.",
  noHistory: "Nothing decided yet",
  noReactivationsText: "Requests of deactivated people are kept here once they are decided.",
  noResetsText:
    "Where the sign-in settings ask for two administrators, decided resets are kept here.",
  allWaiting: "Show all that wait",
  showDecided: "Show decided",
  showWaiting: "Show waiting",
  nothingWaits: "Nothing waits for a decision",
  count: (shown: number) =>
    shown === 1 ? "1 request on this page" : `${shown} requests on this page`,
  person: "Person",
  requestedAt: "Asked",
  requestedBy: "Asked for by",
  until: "Until",
  state: "State",
  decided: "Decided",
  decidedBy: "Decided by",
  nobody: "–",
  somebodyGone: "Somebody who is gone",
  aScript: "A script",
  anOperator: "The operator",
  waiting: "Waiting",
  approved: "Approved",
  denied: "Denied",
  withdrawn: "Taken back",
  expired: "Ran out",
  void: "Void",
  reason: "Reason",
  noReason: "None given",
  look: "Look",

  // One request
  reactivationTitle: (name: string) => `Let ${name} in again?`,
  reactivationText:
    "They sign in as before, with everything a sign-in asks for; groups and applications are as they were. They are told by mail, and who never chose a password is invited again.",
  proofNote:
    "Whoever sent this knew the password or could read the mailbox. It is no proof that the person should be here: ask those who know.",
  approveReactivation: "Let them in",
  denyReactivation: "Deny",
  denyReactivationHint: (days: number) =>
    `If you deny it, they are told by mail and may ask again after ${days} days.`,
  reactivatedNotice: "The person can sign in again",
  reactivationDeniedNotice: "The request is denied, and the person is told",
  resetTitle: (name: string) => `Reset the second steps of ${name}?`,
  resetTextTwo: (who: string) =>
    `${who} asked for this. Talk to them, and to the person, before you agree: it takes away everything that protects the account besides the password.`,
  approveReset: "Reset second steps",
  denyReset: "Deny",
  withdrawReset: "Take back",
  ownRequestNote: "This request is yours: another administrator must agree.",
  aboveYouNote: "Somebody of at least this person’s role decides it.",
  resetDoneNotice: "The second steps are reset, and the person is told",
  resetDeniedNotice: "The request is denied; nothing has changed for the person",
  resetRequestedNotice: "Another administrator must agree now; they are told by mail",

  // The page that asks
  previewTitle: (name: string) => `Reset the second steps of ${name}`,
  previewLead:
    "For somebody who lost the phone or the key they sign in with. Make sure that it is them: call them back on a number you know. This is what somebody would ask you who wants to take over the account.",
  takenTitle: "What is taken away",
  app: "Authenticator app",
  appGoes: "Removed",
  backupCodes: "Backup codes",
  codes: (n: number) => (n === 1 ? "1 unused code" : `${n} unused codes`),
  passkeys: "Passkeys",
  sessions: "Sessions",
  sessionsEnd: (n: number) =>
    n === 0 ? "Not signed in anywhere" : n === 1 ? "1 session ends" : `${n} sessions end`,
  devices: "Known browsers",
  devicesForgotten: (n: number) =>
    n === 0 ? "None" : n === 1 ? "1 browser is forgotten" : `${n} browsers are forgotten`,
  comesBack: "How they come back",
  signsIn: "Signs in with",
  signsInWith: "Their password and a code by e-mail",
  mustSetUp: "Then sets up",
  setUpStrong: "An authenticator app or a passkey, as your organisation asks for",
  setUpPasskey: "A passkey, as your organisation asks for",
  setUpNothing: "Nothing: a code by e-mail is enough here",
  toldAt: "Is told at",
  previewReset: "Reset second steps",
  previewAsk: "Ask another administrator",
  previewTwo:
    "Your organisation asks for two administrators: nothing changes until another one agrees, within 24 hours. The person is told at once.",
  previewWaiting: "A reset waits for another administrator already.",
  previewNothing: "Their second step is a code by e-mail: there is nothing to take away.",
  users: "Users",
  cancel: "Keep as it is",

  // Pages of somebody deactivated
  askTitle: "Ask to be let in again",
  askLead: (tenant: string) =>
    `Your account at ${tenant} is deactivated. An administrator can let you in again.`,
  askReason: "Why you need it",
  askReasonHint: "The administrators read this. Up to 1,000 characters.",
  askSubmit: "Send",
  askedTitle: "Your request is with the administrators",
  askedText: (tenant: string) =>
    `The administrators of ${tenant} were told. You get a message when they have decided.`,
  askedBefore: (day: string) => `You asked on ${day}. You get a message when it is decided.`,
  deniedTitle: "Your request was denied",
  deniedText: (day: string) =>
    `You can ask again from ${day}. Until then, speak to an administrator.`,
  deadTitle: "This link does not work any more",
  deadText:
    "It was used already, a newer one was sent, or it is too old. Or your account is active by now: try to sign in.",
  toSignIn: "Go to sign-in",

  // Mail
  mailGreeting: (firstName: string) => `Hello ${firstName},`,
  mailQuestion: "If you did not expect this, ask an administrator.",
  mailNewPassword: "Choose a new password",
  mailLookAtSecurity: "Look at your account",
  mailSignIn: "Go to sign-in",
  mailResetSubject: (tenant: string) => `Your second steps at ${tenant} were reset`,
  mailReset: (tenant: string, taken: string) =>
    `An administrator took away what protects your account at ${tenant} besides the password: ${taken}. You were signed out everywhere. You sign in with your password and a code by e-mail now, and can set up an app or a passkey again.`,
  mailResetWayOut:
    "If this was not agreed with you, somebody may be taking over your account: choose a new password at once and tell an administrator.",
  mailRequestedSubject: (tenant: string) => `Your second steps at ${tenant} are about to be reset`,
  mailRequested: (tenant: string) =>
    `An administrator asked to take away what protects your account at ${tenant} besides the password: app, backup codes and passkeys. It happens when another administrator agrees, within 24 hours.`,
  mailRequestedWayOut:
    "If this was not agreed with you, tell an administrator now: nothing has changed yet, and they can deny it.",
  mailNotDoneSubject: (tenant: string) => `Your second steps at ${tenant} stay as they are`,
  mailNotDone: (tenant: string) =>
    `The reset of your second steps at ${tenant} that you were told of was not approved. Nothing has changed.`,
  mailNotDoneNote: "If you still need it, speak to an administrator.",
  mailWaitingSubject: (tenant: string) => `Somebody at ${tenant} waits for an administrator`,
  mailWaiting: (tenant: string) =>
    `New at ${tenant}, to be decided by you or another administrator:`,
  mailWaitingReactivation: (name: string) => `${name} asks to be let in again`,
  mailWaitingReset: (name: string) =>
    `Second steps of ${name}: another administrator wants to reset them`,
  mailWaitingMore: (n: number) => (n === 1 ? "1 more" : `${n} more`),
  mailWaitingOpen: "Look at them",
  mailDecidedSubject: (person: string) => `Your request about ${person} is decided`,
  mailApproved: (who: string, person: string, tenant: string) =>
    `${who} agreed: the second steps of ${person} at ${tenant} are reset.`,
  mailDenied: (who: string, person: string, tenant: string) =>
    `${who} denied your request: the second steps of ${person} at ${tenant} stay as they are.`,
  mailNotAsked: "If it was not you who asked, tell another administrator at once.",
  mailOpenHistory: "Look at the history",
  mailReactivationDeniedSubject: (tenant: string) => `Your account at ${tenant} stays deactivated`,
  mailReactivationDenied: (tenant: string) =>
    `You asked to be let in again at ${tenant}. An administrator denied it.`,
  mailAskAgain: (day: string) => `You can ask again from ${day}.`,
  mailRecoveredSubject: (tenant: string) => `Your account at ${tenant} was recovered`,
  mailRecovered: (tenant: string, taken: string) =>
    taken === ""
      ? `Whoever runs the server of ${tenant} recovered your account: a link to a new password was made, and you were signed out everywhere.`
      : `Whoever runs the server of ${tenant} recovered your account: a link to a new password was made, you were signed out everywhere, and this was taken away: ${taken}.`,
  mailLinkSubject: (tenant: string) => `The way back into your account at ${tenant}`,
  mailLink: (tenant: string) =>
    `Whoever runs the server of ${tenant} made this link for you. Choose a new password with it and sign in with that in the same browser. If you have an authenticator app or a passkey, it is asked for; else this link stands for the code by e-mail, this once.`,
  mailLinkNote: "The link works once, for 30 minutes.",
  mailToldSubject: (tenant: string) => `An account at ${tenant} was recovered on the server`,
  mailTold: (person: string, email: string, tenant: string) =>
    `Whoever runs the server recovered the account of ${person} (${email}) at ${tenant}: their second steps are gone and a link to a new password was made.`,
  mailToldKept: (person: string, email: string, tenant: string) =>
    `Whoever runs the server recovered the account of ${person} (${email}) at ${tenant}: a link to a new password was made. Their second steps were left as they are.`,
  mailAddressSetSubject: (tenant: string) =>
    `An account at ${tenant} got another address on the server`,
  mailAddressSet: (person: string, tenant: string) =>
    `Whoever runs the server gave ${person} at ${tenant} another address and signed them out everywhere.`,
  mailAddressFromTo: (from: string, to: string) =>
    `${from} is taken away. ${to} is in its place, and no mailbox has confirmed it.`,
  mailToldNote:
    "Nobody signed in for this: it was done on the machine. If you do not know of it, ask whoever runs the server.",
  mailOpenTrail: "Look at the audit trail",
  takenApp: "the authenticator app",
  takenCodes: (n: number) => (n === 1 ? "1 backup code" : `${n} backup codes`),
  takenProvider: (name: string) => `the way in by ${name}`,
  takenPasskey: (name: string) => `the passkey “${name}”`,
});

export const stateText: Readonly<Record<ResetState, string>> = {
  waiting: texts.waiting,
  approved: texts.approved,
  denied: texts.denied,
  withdrawn: texts.withdrawn,
  expired: texts.expired,
  void: texts.void,
};

/** What a reset took away, ready for a sentence. */
export const takenText = ({
  hasTotp,
  backupCodes,
  passkeys,
}: {
  readonly hasTotp: boolean;
  readonly backupCodes: number;
  readonly passkeys: readonly string[];
}): string[] => [
  ...(hasTotp ? [texts.takenApp] : []),
  ...(backupCodes > 0 ? [texts.takenCodes(backupCodes)] : []),
  ...passkeys.map((name) => texts.takenPasskey(name)),
];

export const waitingText = ({
  what,
  name,
}: {
  readonly what: "reactivation" | "reset";
  readonly name: string;
}): string =>
  what === "reset" ? texts.mailWaitingReset(name) : texts.mailWaitingReactivation(name);
