import { defineTexts } from "#platform/texts.ts";

export const texts = defineTexts("sign-in", {
  // The e-mail address
  title: "Sign in",
  lead: (tenant: string) => `to ${tenant}`,
  email: "E-mail address",
  emailMissing: "Type your e-mail address",
  emailMalformed: "Type an e-mail address such as ada@example.com",
  next: "Continue",

  keep: "Keep me signed in",
  keepHint: "Not on a computer that others use too.",
  passkeyButton: "Sign in with a passkey",

  // A sign-in from a browser that was not used before
  newDeviceSubject: (tenant: string) => `New sign-in to your account at ${tenant}`,
  newDeviceText: (tenant: string, methods: string) =>
    `Somebody signed in to your account at ${tenant} with a browser that was not known to it. Proven by: ${methods}.`,
  newDeviceNotYou:
    "Was that you? Then there is nothing to do. Was that not you? End that session at once, and change the password that you sign in with.",
  newDeviceButton: "Show where you are signed in",

  // After the operator's link
  setUpNow:
    "You came in by a link from the server, which stood for the code by e-mail this once. Set up an authenticator app or a passkey now.",

  // The mailbox, before anything else
  proofTitle: "Check your mailbox",
  proofLead: (email: string) =>
    `If ${email} belongs to an account here, we sent it a code of 8 digits. It is good for 10 minutes.`,
  proofSubmit: "Continue",
  proofFlood:
    "Somebody is trying many passwords here. A code by e-mail shows that it is you: then go on with your password.",

  // The password
  passwordTitle: "Enter your password",
  password: "Password",
  signIn: "Sign in",
  forgotten: "Forgotten password?",
  useAnother: "Use another address",
  refused: "E-mail address and password do not match. Check both, or ask for a new password",
  tooMany: "Too many tries",
  tryAgainIn: (wait: string) => `Too many tries. Try again in ${wait}`,
  tryAgainOrAsk: (wait: string) =>
    `Too many tries. Try again in ${wait}, or ask an administrator to release the limit`,
  tryAgainOrReset: (wait: string) =>
    `Too many tries. Try again in ${wait}, or choose a new password by a link`,
  deactivatedTitle: "Your account is deactivated",
  deactivatedText: (tenant: string) =>
    `The password was right, but your account at ${tenant} is deactivated. You can ask its administrators to let you in again.`,
  deactivatedAsk: "Ask to be let in again",
  deactivatedSubject: (tenant: string) => `Your account at ${tenant} is deactivated`,
  deactivatedIntro: (tenant: string) =>
    `Somebody asked for a new password for your account at ${tenant}. The account is deactivated, so there is none to choose. If you need the account again, ask the administrators:`,
  deactivatedNote:
    "The link works once, for 24 hours. If it was not you who asked, you can ignore this message.",
  deactivatedPasskeyText: (tenant: string) =>
    `The passkey was right, but your account at ${tenant} is deactivated. You can ask its administrators to let you in again.`,
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
  backupTitle: "Use a backup code",
  backupLead:
    "Type one of the codes you saved when you set up your authenticator app. Each works once.",
  backupCode: "Backup code",
  backupHint: "Capitals and hyphens do not matter.",
  lostAll:
    "No code left, and nothing else at hand? Ask an administrator of your organisation to reset your second steps.",

  backupLeadPasskey:
    "Type one of the codes you saved when you set up your passkey. Each works once.",

  // A passkey
  passkeyTitle: "Use your passkey",
  passkeyLead: "Confirm on your device that it is you: by fingerprint, face, PIN or security key.",
  passkeySubmit: "Use the passkey",
  passkeyRefused: "This passkey was not accepted. Try again, or sign in another way",
  passkeyLost:
    "Not at hand? Only a passkey opens this account: ask an administrator of your organisation for help.",
  passkeyNeedsScript: "Passkeys need JavaScript, which is off in this browser.",

  // By an identity provider
  useLocal: "Use a password instead",
  byProvider: (provider: string) => `Sign in with ${provider}`,
  providerTitle: (provider: string) => `Sign in with ${provider}`,
  providerLead: (tenant: string) =>
    `You are being sent there, and come back to ${tenant} afterwards.`,
  providerGo: (provider: string) => `Continue to ${provider}`,
  providerInVain: (provider: string) =>
    `${provider} was asked for several factors and did not name any, so one of your own is asked for here.`,
  linkTitle: "Is it you?",
  linkLead: (provider: string, tenant: string) =>
    `${provider} says who you are. Administrators of ${tenant}, and people with an authenticator app or a passkey, show it once by what they have here: from then on ${provider} opens your account.`,
  linkSubmit: "Link and sign in",
  passkeyByProvider: (provider: string) =>
    `You come in by ${provider} alone. Type your e-mail address to go there`,
  deactivatedProviderText: (tenant: string) =>
    `You were recognised, but your account at ${tenant} is deactivated. You can ask its administrators to let you in again.`,
  turnedAwayTitle: "You cannot come in this way",
  awayDeclined: (provider: string, tenant: string) =>
    `${provider} did not let you in. Ask its administrator whether you may use ${tenant}, or begin again.`,
  awayUnknown: (provider: string, tenant: string) =>
    `${provider} knows you, but nobody at ${tenant} has added you yet. Ask an administrator of ${tenant}.`,
  awayUnverified: (_: string, tenant: string) =>
    `Your address is known at ${tenant}, but its mailbox has not confirmed it yet. Were you invited? Then open the invitation first, or ask an administrator for a new one. Have you signed in there before? Then “Forgotten password?” sends a link to this address: opening it confirms the address.`,
  awayOtherSubject: (provider: string, tenant: string) =>
    `${provider} used to call somebody else by your address. Ask an administrator of ${tenant} to unlink that account.`,
  awayOtherProvider: (provider: string, tenant: string) =>
    `${provider} knows you, but you come in to ${tenant} by another provider: begin again with your primary address. “Forgotten password?” tells you the way.`,
  awayNoAddress: (provider: string, tenant: string) =>
    `${provider} did not say your e-mail address. Tell an administrator of ${tenant}.`,
  awayNoNames: (provider: string, tenant: string) =>
    `${provider} did not say your first and last name, which a new account needs. Tell an administrator of ${tenant}.`,
  linkedSubject: (tenant: string) => `Another way in to your account at ${tenant}`,
  linkedText: (tenant: string, provider: string) =>
    `Your account at ${tenant} can be opened by signing in with ${provider} from now on.`,
  linkedOnlyWay: (tenant: string, provider: string) =>
    `It is the only way from now on: a password or passkey of yours at ${tenant} opens it no more. If ${provider} does not let you in, an administrator can change that.`,
  linkedNotYou:
    "Was that you? Then there is nothing to do. Was that not you? Tell an administrator of your organisation at once.",
  byProviderSubject: (tenant: string) => `How you sign in to ${tenant}`,
  byProviderIntro: (tenant: string, provider: string) =>
    `Somebody, hopefully you, asked for a new password for ${tenant}. You need none there: you sign in with ${provider}.`,
  providerClosedIntro: (tenant: string, provider: string) =>
    `Somebody, hopefully you, asked for a new password for ${tenant}. You sign in with ${provider}, which is switched off there at the moment.`,
  providerClosedHow: (tenant: string) =>
    `Ask an administrator of ${tenant}: they know when it is back, and can give you a password instead by unlinking your account from it.`,
  byProviderNote: "If it was not you who asked, you can ignore this message.",

  // Another way
  otherWay: "Use another way",
  chooseTitle: "How do you want to confirm?",
  chooseLead: "Each of these is set up for your account. The strongest comes first.",
  wayPasskey: "Passkey",
  wayTotp: "Authenticator app",
  wayEmail: "Code by e-mail",
  wayBackup: "Backup code",
  chooseLost:
    "None of these at hand? Ask an administrator of your organisation to reset your second steps.",

  // Remembering the device
  remember: (days: number) =>
    days === 1
      ? "Do not ask for a second step on this device for 1 day"
      : `Do not ask for a second step on this device for ${days} days`,
  rememberHint: "Only on a device that nobody else uses.",

  // Setting up a stronger step
  enrolTitle: "Protect your account better",
  enrolLead: (who: string) =>
    `${who} asks for more than you have proven so far. Set up one of these now: it takes a minute.`,
  enrolLeadPasskey: (who: string) =>
    `${who} asks for a passkey: it cannot be phished. Set one up now: it takes a minute.`,
  enrolWithout: (application: string) => `Go on without ${application}`,
  enrolWithoutHint: (application: string) =>
    `Everything else is open to you without it; ${application} will ask again.`,
  enrolApp: "Authenticator app",
  enrolAppHint: "An app on your phone shows a new code every 30 seconds.",
  enrolAppButton: "Set up an app",
  enrolPasskey: "Passkey",
  enrolPasskeyHint: "Your fingerprint, your face, the PIN of your device, or a security key.",
  enrolPasskeyButton: "Set up a passkey",
  enrolPasskeyName: "Name",
  enrolPasskeyNameHint: "So that you recognise it later. May be left empty.",
  enrolLater: "Later",
  enrolUntil: (day: string) => `You can put this off until ${day}. After that it is needed.`,
  enrolRefused: "That could not be set up",
  enrolAskedNow: "This cannot be put off any longer",
  appTitle: "Scan this with your app",
  appLead:
    "Open your authenticator app, scan the picture or type the key, then type the code the app shows.",
  appAlt: "QR code for your authenticator app. The key below says the same.",
  appKey: "Key",
  appCode: "Code from the app",
  appSubmit: "Confirm and sign in",
  appCodeWrong:
    "This code is not right. Check the clock of your device, and type the code it shows now",
  appAnother: "Choose something else",
  codesTitle: "Save your backup codes",
  codesLead:
    "If your device is lost, each of these opens your account once. They are shown only now: print them or keep them in a password manager.",
  codes: "Backup codes",
  codesDownload: "Download as a file",
  codesFile: (tenant: string, codes: readonly string[]) =>
    `Backup codes for ${tenant}. Each works once.\n\n${codes.join("\n")}\n`,
  codesDone: "I have saved them: go on",
  passkeyAdded: "Your passkey is set up. Use it now, for the first time.",

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
  newPasswordHint: (least: number) =>
    `At least ${least} characters. Several words that have nothing to do with each other work well.`,
  newPasswordSubmit: "Save password",
  newPasswordRefused: "Choose another password",
  newPasswordIsOld: "This is the password that has to go: choose another",
  forcedTitle: "Choose a new password",
  forcedByAdmin: (tenant: string) =>
    `An administrator of ${tenant} asks you to choose a new password. The present one opens nothing any more.`,
  forcedByBreach: (tenant: string) =>
    `Your password is in a list of passwords that were stolen somewhere, so that others may try it at ${tenant}. Choose one that you use nowhere else.`,
  forcedByPolicy: (tenant: string) =>
    `Your password is less than ${tenant} asks for. Choose one that is long and hard to guess.`,
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
  codeNote: (minutes: number, provider: string | null) =>
    `It is good for ${minutes} minutes and for one sign-in. Nobody will ever ask you for it. If you are not signing in, ${
      provider === null
        ? "somebody knows your password: change it"
        : `somebody signs in as you with ${provider}: change your password there`
    }.`,
  proofIntro: (tenant: string) =>
    `Somebody, hopefully you, typed this address to sign in to ${tenant}. This is the code:`,
  proofNote: (minutes: number) =>
    `It is good for ${minutes} minutes and for one sign-in. Nobody will ever ask you for it. If you are not signing in, do nothing: nobody got in.`,
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
  providerRefused: "Sign-in by an identity provider refused",
  secondStepRefused: "Sign-in refused at the second step",
  mailboxRefused: "Wrong code when the mailbox was to be proven",
  limitReached: "Limit of tries reached",
  resetRequested: "New password asked for",
  resetLinkUsed: "Link to a new password opened",
});
