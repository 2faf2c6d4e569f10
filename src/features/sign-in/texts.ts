import { defineTexts } from "#platform/texts.ts";

export const texts = defineTexts("sign-in", {
  // The e-mail address
  title: "Sign in",
  lead: (tenant: string) => `to ${tenant}`,
  email: "E-mail address",
  emailMissing: "Type your e-mail address",
  emailMalformed: "Type an e-mail address such as ada@example.com",
  next: "Continue",

  // The password
  passwordTitle: "Enter your password",
  password: "Password",
  signIn: "Sign in",
  forgotten: "Forgotten password?",
  useAnother: "Use another address",
  refused: "E-mail address and password do not match. Check both, or ask for a new password",
  tooMany: "Too many tries",
  tryAgainIn: (wait: string) => `Too many tries. Try again in ${wait}`,
  deactivatedTitle: "Your account is deactivated",
  deactivatedText: (tenant: string) =>
    `The password was right, but an administrator of ${tenant} has deactivated your account. Ask them to reactivate it, then sign in again.`,
  backToStart: "Back to the start",

  // The code by e-mail
  codeTitle: "Check your mailbox",
  codeLead: (email: string) =>
    `We sent a code of 8 digits to ${email}. It is good for 10 minutes and for one sign-in.`,
  code: "Code",
  codeWrong: "This code is not right",
  codeWrongLeft: (left: number) =>
    left === 1
      ? "This code is not right. One try is left"
      : `This code is not right. ${left} tries are left`,
  codeVoid: "This code can no longer be used. Send a new one",
  codeSendAgain: "Send a new code",
  codeSent: "A new code is on its way. The one before no longer works.",
  codeNotThere: "Nothing there? Look in the spam folder, or wait a minute.",

  // The authenticator app and backup codes
  totpTitle: "Enter the code from your app",
  totpLead: "Open your authenticator app and type the 6 digits it shows for this organisation.",
  totpHint: "A code counts once. If it was used already, wait for the next one.",
  useBackupCode: "Use a backup code instead",
  backupTitle: "Use a backup code",
  backupLead:
    "Type one of the codes you saved when you set up your authenticator app. Each works once.",
  backupCode: "Backup code",
  backupHint: "Capitals and hyphens do not matter.",
  useApp: "Use the authenticator app instead",
  lostAll:
    "Without app and codes: ask an administrator of your organisation to reset your second step.",

  // A sign-in that cannot go on
  expiredTitle: "This sign-in has ended",
  expiredText:
    "It took too long, was finished in another tab, or was replaced by a newer one. Start again: that is quick.",
  exhaustedTitle: "Start the sign-in again",
  exhaustedText:
    "There were too many wrong codes, or too many codes were asked for. Begin again with your e-mail address.",
  startAgain: "Start again",

  // A new password
  newPasswordTitle: "Choose a password",
  newPasswordLead: (email: string) => `For your account ${email}.`,
  newPassword: "New password",
  newPasswordHint:
    "At least 14 characters. Several words that have nothing to do with each other work well.",
  newPasswordSubmit: "Save password",
  newPasswordRefused: "Choose another password",
  newPasswordSet: "Your new password is saved. Sign in with it.",
  setUpSteps: "Setting up your account",
  setUpStepAddress: "Address",
  setUpStepPassword: "Password",
  setUpStepCode: "Second step",

  // A forgotten password
  forgottenTitle: "Forgotten password",
  forgottenLead:
    "Type your e-mail address. If there is an account, we send a link for choosing a new password.",
  forgottenSubmit: "Send the link",
  forgottenSentTitle: "Check your mailbox",
  forgottenSentText: (email: string) =>
    `If ${email} belongs to an account here, a message with a link is on its way. The link is good for 30 minutes.`,
  forgottenSentHint:
    "Nothing there after some minutes? Look in the spam folder, check the address, or ask an administrator.",
  backToSignIn: "Back to sign-in",
  resetTitle: "Choose a new password",
  resetLead: (email: string) =>
    `You are about to choose a new password for ${email}. Afterwards every device is signed out, and you sign in with the new password.`,
  resetContinue: "Continue",
  resetDeadTitle: "This link does not work any more",
  resetDeadText:
    "It was used already, is older than 30 minutes, or a newer one was sent. Ask for a new link.",
  resetDeadButton: "Send a new link",

  signedOut: "You are signed out.",

  // Mails
  greeting: (firstName: string) => `Hello ${firstName},`,
  codeSubject: (tenant: string) => `Your code for ${tenant}`,
  codeIntro: (tenant: string) =>
    `Somebody, hopefully you, is signing in to ${tenant}. This is the code:`,
  codeNote: (minutes: number) =>
    `It is good for ${minutes} minutes and for one sign-in. Nobody will ever ask you for it. If you are not signing in, somebody knows your password: change it.`,
  resetSubject: (tenant: string) => `A new password for ${tenant}`,
  resetIntro: (tenant: string) =>
    `Somebody, hopefully you, asked for a new password for ${tenant}.`,
  resetButton: "Choose a new password",
  resetNote:
    "The link is good for 30 minutes. If you did not ask for it, do nothing: your password stays as it is.",
  setUpSubject: (tenant: string) => `Go on setting up your account at ${tenant}`,
  setUpIntro: (tenant: string) =>
    `Your account at ${tenant} has no password yet. Go on where you left off.`,
  setUpButton: "Set up the account",
  setUpNote: "The link is good for 7 days. If you did not ask for it, do nothing.",

  // Audit trail
  passwordRefused: "Sign-in refused at the password",
  secondStepRefused: "Sign-in refused at the second step",
  limitReached: "Limit of tries reached",
  resetRequested: "New password asked for",
  resetLinkUsed: "Link to a new password opened",
});
