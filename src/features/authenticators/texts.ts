import { defineTexts } from "#platform/texts.ts";

export const texts = defineTexts("authenticators", {
  passwordMissing: "Type the password",
  passwordCrackTime: (time: string) =>
    `With a stolen copy of our database, guessing it would take ${time}`,
  passwordGoodEnough: "Good enough",
  passwordAddWords: "Add a word or two that do not belong together",
  codeMissing: "Type the code",
  codeTooLong: "That is longer than any code",

  passwordNotCurrent: "This is not your current password",
  passwordSameAsCurrent: "This is the current password: choose another",
  newPasswordRefused: "Choose another password",
  passwordToReplace: "Your password does not count as proof until you have replaced it",
  signInFirst: "Sign in again first: it was too long ago",
  codeNotRight: "This code is not right, or was used already",
  backupCodeNotRight:
    "This is not one of your backup codes, or it was used already. You have a passkey, so a code of the app is not enough here",
  passkeyNotRight: "This passkey was not accepted: try again, or use your password",
  proofWrong: "That did not prove who you are",
  tooManyTries: "Too many tries",
  tryAgainIn: (wait: string) => `Too many tries. Try again in ${wait}`,
  seconds: (n: number) => (n === 1 ? "1 second" : `${n} seconds`),
  minutes: (n: number) => (n === 1 ? "1 minute" : `${n} minutes`),
  hours: (n: number) => (n === 1 ? "1 hour" : `${n} hours`),
  days: (n: number) => (n === 1 ? "1 day" : `${n} days`),
  totpNotPending:
    "Nothing waits to be confirmed: the app is on already, or it took too long. The page Security says which",
  totpCodeWrong:
    "This code is not right. Check the clock of your device, and type the code it shows now",
  factorNeeded:
    "Your organisation asks for this, or for something as strong: add another passkey first",
  suspendedInTheWay:
    "You would be left with a suspended passkey, and beside that no code by e-mail is accepted: remove the suspended one first",
  passkeyNotAdded: "The passkey was not added",
  dueStep: (tenant: string) => `${tenant} asks for a passkey or an authenticator app.`,
  duePasskey: (tenant: string) => `${tenant} asks for a passkey, which cannot be phished.`,
  dueUntil: (day: string) => `Set one up by ${day}: after that you cannot sign in without it.`,
  dueNow: "You have to set one up at your next sign-in: better do it now.",
  noTotp: "There is no authenticator app to change",

  // Audit trail
  firstPasswordChosen: "First password chosen",
  passwordWasChanged: "Password changed",
  passwordWasReset: "Password reset by a link",
  proofRefused: "Proof refused before a change",
  totpStarted: "Authenticator app set up, not yet confirmed",
  totpConfirmed: "Authenticator app confirmed",
  totpRemoved: "Authenticator app removed",
  backupCodesIssued: "Backup codes issued",
  backupCodeWasUsed: "Backup code used",
  backupCodesDropped: "Backup codes taken away",

  // Notices by mail
  passwordChangedSubject: (tenant: string) => `Your password at ${tenant} was changed`,
  passwordChangedText: (tenant: string) =>
    `Your password at ${tenant} was changed. Every other device was signed out.`,
  totpConfirmedSubject: (tenant: string) =>
    `An authenticator app protects your account at ${tenant}`,
  totpConfirmedText: (tenant: string) =>
    `An authenticator app was just set up for your account at ${tenant}. From now on its codes, or something stronger, are the second step when you sign in: a code by e-mail is not enough any more.`,
  totpRemovedSubject: (tenant: string) =>
    `The authenticator app was removed from your account at ${tenant}`,
  totpRemovedText: (tenant: string) =>
    `From now on, signing in to ${tenant} asks for no code of the app. If you have a passkey, it is asked for, and your backup codes go on working. If you have none, a code is sent to your mailbox, and backup codes no longer work.`,
  backupCodesSubject: (tenant: string) => `New backup codes for ${tenant}`,
  backupCodesText: (tenant: string) =>
    `New backup codes were made for your account at ${tenant}. The earlier ones no longer work.`,
  backupCodeSubject: (tenant: string) => `A backup code was used at ${tenant}`,
  backupCodeText: (tenant: string, left: number) =>
    `A backup code of your account at ${tenant} was used, to sign in or to prove who you are. ${
      left === 0
        ? "It was the last one: make new ones on the page Security."
        : left === 1
          ? "One more is left."
          : `${left} more are left.`
    }`,
});
