// What people read about the sign-in settings.
import { defineTexts } from "#platform/texts.ts";

const days = (n: number) => (n === 1 ? "1 day" : `${n} days`);
const people = (n: number) => (n === 1 ? "1 person" : `${n} people`);
const peopleFall = (n: number) => (n === 1 ? "1 person falls" : `${n} people fall`);

export const texts = defineTexts("settings", {
  title: "Sign-in settings",
  description:
    "What is asked of everybody who signs in here. All of it is saved together, or nothing.",
  save: "Save settings",
  savedNotice: "Settings saved",
  openedNotice: "Nothing has changed yet: try the new settings first",
  settingsTitle: "Settings in force",
  fixedWhileTrial:
    "These cannot be changed while another change is being tried. Finish or cancel that one first.",

  passwords: "Passwords",
  passwordsText:
    "Super administrators never get by with fewer than 14 characters. Asking for more signs nobody out: whoever has a password that is less is told by mail, and chooses a new one at the next sign-in.",
  passwordMinLength: "Password length",
  passwordMinLengthHint:
    "Shorter new passwords are refused; whoever has one chooses another at the next sign-in. Fewer than 15 can be chosen where more than a code by e-mail is asked for as the second step, without days of grace (NIST SP 800-63B).",
  characters: (n: number) => `At least ${n} characters`,
  passwordMinScore: "Password strength",
  passwordMinScoreHint:
    "Passwords that are easier to guess are refused, names and known words included.",
  score3: "Hard to guess",
  score4: "Very hard to guess",

  proof: "Second step and strength",
  proofText: "A group or an application can ask for more, never for less.",
  emailProofFirst: "Confirm the mailbox first",
  emailProofFirstHint:
    "A code is mailed before the password is asked for, so that strangers cannot even guess passwords.",
  strength: "Second step",
  baselineHint:
    "A code by e-mail is enough, or coming in by an identity provider that is trusted with it",
  strongHint:
    "Authenticator app, backup code or passkey, or several factors named by an identity provider that is trusted with it; a code by e-mail does not count",
  phishingResistantHint:
    "Passkeys, or what an identity provider that is trusted with it names as phishing-resistant: nothing that could be typed into a false page",
  graceDays: "Time to set it up",
  graceDaysHint:
    "How long people get in without it, counted from the first sign-in that asks them for it.",
  atOnce: "None: at the next sign-in",
  days,

  routing: "Identity providers",
  routingText:
    "Addresses of a domain that is bound to an identity provider are led there. This is about all the others.",
  defaultIdentityProviderId: "Default identity provider",
  defaultIdentityProviderIdHint:
    "Everybody else is led there. Whoever has come in by it comes in by it alone from then on; until then, and for super administrators always, the password can be chosen instead.",
  noProvider: "None: the password is asked for",
  aProvider: "An identity provider that is gone",
  defaultUnknown: "Choose an identity provider that is enabled, or none",
  riskDefaultProvider:
    "Addresses lead elsewhere: people who come by an identity provider alone need one that knows them.",
  stranded: "No way in",

  sessions: "Sessions",
  sessionsText: "A session that ends means signing in again. Limits hold for open sessions, too.",
  sessionPreset: "How long people stay signed in",
  aal1: "AAL1",
  aal1Hint: "30 days, no limit without use",
  aal2: "AAL2",
  aal2Hint: "24 hours, or 1 hour without use",
  aal3: "AAL3",
  aal3Hint: "12 hours, or 15 minutes without use",
  custom: "Custom",
  customHint: "The two limits as you choose them",
  sessionAbsoluteSeconds: "Time since sign-in",
  sessionAbsoluteSecondsHint:
    "A session ends this long after the sign-in, however much it is used.",
  sessionIdleSeconds: "Time without use",
  sessionIdleSecondsHint: "A session that nobody used for this long ends.",
  noLimit: "No limit",
  keepSignedIn: "People may stay signed in",
  keepSignedInHint:
    "They can choose to keep a session after the browser is closed; otherwise it ends with the window.",

  devices: "Devices",
  devicesText: "What browsers and passkeys may stand for.",
  rememberDeviceDays: "Remembered devices",
  rememberDeviceDaysHint:
    "For this long a browser may skip the second step, once its person has asked for that while giving one. It stands for one after a password only, and where any will do: not where organisation, group or application asks for more, nor where somebody is asked to sign in again. Another password or second step ends it. Needs passwords of at least 15 characters.",
  never: "Never",
  passkeyAaguids: "Passkey models",
  passkeyAaguidsHint:
    "Only these models can be set up as passkeys: one AAGUID a line, anything after it is your note. Empty: every model.",
  anyModel: "Every model",
  models: (n: number) => (n === 1 ? "1 model" : `${n} models`),

  recovery: "Recovery",
  recoveryText: "When somebody has lost what they sign in with.",
  resetNeedsTwoAdmins: "Two administrators for a reset",
  resetNeedsTwoAdminsHint:
    "Taking away somebody’s second steps waits until another administrator agrees, of a role that may. For an administrator or a super administrator that takes three of their role or above; with fewer, backup codes and the command weft user recover are what is left.",

  peopleSection: "People",
  peopleText: "What happens to accounts by themselves, and what people may change.",
  inactiveAfterDays: "Deactivate people who are not seen",
  inactiveAfterDaysHint:
    "Whoever has not signed in or used a session for this long is warned 7 days and 1 day before, then deactivated. Invited people and the last super administrator never are.",
  peopleEditNames: "People may change their own name and attributes",
  peopleEditNamesHint:
    "Otherwise only administrators do. Super administrators always may. Single attributes can be locked under Attributes.",

  yes: "Yes",
  no: "No",
  seconds: (n: number) => (n === 1 ? "1 second" : `${n} seconds`),
  minutes: (n: number) => (n === 1 ? "1 minute" : `${n} minutes`),
  hours: (n: number) => (n === 1 ? "1 hour" : `${n} hours`),
  fromTo: (label: string, from: string, to: string) => `${label}: ${from} → ${to}`,

  inactiveTonight: (n: number) =>
    n === 1 ? "1 person will be deactivated tonight:" : `${n} people will be deactivated tonight:`,
  inactiveLater: (n: number) =>
    `${people(n)} will be warned tonight and deactivated the night after, unless they sign in before:`,
  andMore: (n: number) => `and ${n} more`,

  versionMissing: "Send back the version that you read",
  changedMeanwhile: "Somebody else changed the settings meanwhile",
  changedBy: (who: string, changes: string) => `${who}: ${changes}`,
  changedMeanwhileText: (changes: string) =>
    `Somebody else changed the settings meanwhile (${changes}). What you typed is still here: saving it now puts it in their place.`,
  trialNeeded: "This change can keep people out: open a trial for it",
  trialIsOpen: "Another change is being tried: confirm, cancel or wait for it first",
  nothingToTry: "These settings are in force already: there is nothing to try",
  tooFewAdmins: "There are not two active administrators",
  tooFewAdminsField:
    "Two administrators for a reset: there is only one active administrator, so nobody could agree. Make somebody else administrator first",
  trialNotFound: "There is no such trial",
  trialOver: "This trial is over",
  trialReverted: "This trial is over: its settings were taken back",
  trialCancelled: "This trial is over: it was dropped, and its settings never held",
  trialKept: "These settings were kept: change them as usual",
  trialNotTested: "Nobody has signed in with these settings yet: test them first, or take the risk",
  trialNotApplied: "These settings are not in force yet: apply them first",
  proofTooOld: "Sign in again first: it shows that these settings let you in",

  trialOpenTitle: "A change waits for its trial",
  trialOpenText: (when: string) =>
    `It can keep people out, so nothing has changed yet. Without a decision it is dropped ${when}.`,
  trialHarmlessText: (when: string) =>
    `It was proposed to be tried first, so nothing has changed yet. Without a decision it is dropped ${when}.`,
  startedBy: (name: string) => `Proposed by ${name}.`,
  whatWouldChange: "What would change",
  whatChanged: "What is different now",
  riskEmailProofFirst:
    "Before a password is asked for, a code is mailed: people whose mail does not arrive could not sign in with theirs, except in a browser that they have used lately. Passkeys and identity providers go on without it.",
  riskPasskeyAaguids:
    "Passkeys that are set up already go on working; whoever has to set up a new one needs an allowed model.",
  riskGraceDays: "People who counted on more time to set up a second step have less.",
  riskStrength: "People need the second step that is asked for, or set it up at a sign-in.",
  affected: (n: number) => `${people(n)} could no longer sign in with what they have now:`,
  affectedNow: (n: number) => `${people(n)} can no longer sign in with what they have now:`,
  affectedAtOnce: "Whoever lacks nothing but a second step sets it up at their next sign-in.",
  affectedGrace: (n: number) =>
    `Whoever lacks nothing but a second step still gets in for at most ${days(n)} from their next sign-in, and is asked to set it up then.`,
  affectedNone: "Everybody could sign in with what they have now.",
  affectedNoneNow: "Everybody can sign in with what they have now.",
  affectedNobodyElse: "The change itself keeps nobody out.",
  affectedMail:
    "People whom our mail does not reach are not counted: nobody can tell that from here.",
  already: (n: number) =>
    `Apart from that, ${peopleFall(n)} short of the settings in force already, change or not.`,
  alreadyNow: (n: number) =>
    `Apart from that, ${peopleFall(n)} short of the earlier settings as well, change or not.`,
  alreadyShow: "Show who they are",
  affectedMore: (n: number) => `Show all ${n}`,
  affectedPage: "Who could not sign in",
  affectedTitle: "People whom the change keeps out",
  affectedText:
    "Active people who could no longer sign in with what they have now: their second step is less than would be asked of them, or no address of theirs would lead to a way in. Those who could not before either are not among them.",
  affectedEmpty: "The change keeps nobody out",
  alreadyTitle: "People who fall short already",
  alreadyText:
    "Active people who lack something, change or not: their second step is less than is asked of them, or no address of theirs leads to a way in.",
  alreadyEmpty: "Nobody falls short already",
  affectedCount: (n: number) => `${people(n)} on this page`,
  person: "Person",
  has: "Has",
  asked: "Asked for",
  deadline: "Must set it up",
  deadlineNext: "At the next sign-in",
  deadlineGrace: (n: number) => `Within ${days(n)} of the next sign-in`,
  deadlineBy: (when: string) => `By ${when}`,
  nothingHelps: "Nothing to set up",
  noSuperAdminLeft:
    "No super administrator could sign in with what they have now. Set up your own second step first.",
  testTitle: "1. Test",
  testText:
    "Sign in with the new settings in a second window. A test that ends well signs you in anew in this browser and leads back here; one that fails leaves this session as it is.",
  testProof: "The test counts when the code that is mailed at its beginning was given.",
  testProvider: "The test counts when you come in by the proposed default identity provider.",
  testEither:
    "The test counts when the code that is mailed at its beginning was given, or when you come in by the proposed default identity provider.",
  testOther: (name: string) =>
    `Only ${name} can test this change, who proposed it: a sign-in of somebody else does not count. To test it yourself, cancel it and propose it anew.`,
  testScript:
    "An API client proposed this change, so nobody’s sign-in counts as its test. To test it, cancel it and propose it on this page.",
  test: "Test sign-in",
  testedAt: "A test sign-in succeeded:",
  notTested: "No test sign-in has succeeded yet.",
  checkAgain: "I have signed in: look again",
  applyTitle: "2. Apply",
  applyText:
    "The settings hold at once, and go back by themselves after 10 minutes unless somebody who signed in with them keeps them.",
  apply: "Apply for 10 minutes",
  applyUntested: "Apply without a test",
  takeRisk: "I take the risk that nobody can sign in for 10 minutes",
  takeRiskHint: "That you did is written to the audit trail.",
  takeRiskMissing: "Tick that you take the risk, or test the settings first",
  cancel: "Cancel the change",
  cancelledNotice: "The change is dropped; nothing was different",
  appliedNotice: "The settings are in force on trial",

  trialAppliedTitle: "A change is in force on trial",
  trialAppliedUntil: "The earlier settings come back by themselves at ",
  minutesLeft: (n: number) =>
    n <= 1 ? " – in less than a minute." : ` – in less than ${n} minutes.`,
  keepText: "You signed in after the change: you can keep it.",
  keep: "Keep these settings",
  proveText:
    "Only a sign-in with these settings shows that they let people in: sign in again, then keep them.",
  prove: "Sign in again",
  revert: "Go back now",
  keptNotice: "The settings stay",
  revertedNotice: "The earlier settings are in force again",
  back: "Back to the settings",

  changedEvent: "Sign-in settings changed",
  openedEvent: "Change of sign-in settings proposed",
  appliedEvent: "Change of sign-in settings applied on trial",
  confirmedEvent: "Change of sign-in settings kept",
  revertedEvent: "Change of sign-in settings taken back",
  cancelledEvent: "Change of sign-in settings dropped",

  client: (name: string) => `API client ${name}`,
  operator: "An operator",
  byItself: "The end of the trial",
  mailSubject: (tenant: string) => `Sign-in settings of ${tenant} changed`,
  mailAppliedSubject: (tenant: string) => `Sign-in settings of ${tenant} are on trial`,
  mailRevertedSubject: (tenant: string) => `Sign-in settings of ${tenant} went back`,
  mailGreeting: (firstName: string) => `Hello ${firstName},`,
  mailSaved: (who: string, tenant: string) => `${who} changed the sign-in settings of ${tenant}:`,
  mailApplied: (who: string, tenant: string) =>
    `${who} put new sign-in settings of ${tenant} in force on trial:`,
  mailAppliedNote:
    "They go back by themselves 10 minutes after that, unless somebody who signed in with them keeps them.",
  mailKept: (who: string, tenant: string) =>
    `${who} kept the sign-in settings of ${tenant} that were on trial:`,
  mailReverted: (who: string, tenant: string) =>
    `${who} took back the sign-in settings of ${tenant} that were on trial: the earlier ones are in force again.`,
  mailRanOut: (tenant: string) =>
    `Nobody kept the sign-in settings of ${tenant} that were on trial: the earlier ones are in force again.`,
  mailPasswords: (n: number) =>
    `${people(n)} must choose a new password at the next sign-in, because theirs is less than is asked for now.`,
  mailReplaceSubject: (tenant: string) => `${tenant} asks for a new password`,
  mailReplaceText: (tenant: string, length: number, isVeryHard: boolean) =>
    `${tenant} asks for more of passwords now: at least ${length} characters, and ${isVeryHard ? "very hard" : "hard"} to guess. Yours is less than that, or it is not known to be enough.`,
  mailReplaceWhat:
    "Nothing happens until you sign in the next time: you are asked for a new password then. You stay signed in where you are.",
  mailReplaceNote: "Passkeys and ways to sign in without a password are not concerned.",
  mailSignIn: "Sign in",
  mailOpen: "Open the settings",
  mailQuestion: "If you did not expect this, look into the audit trail and talk to each other.",
});
