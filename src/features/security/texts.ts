import { defineTexts } from "#platform/texts.ts";

export const texts = defineTexts("security", {
  title: "Security",
  description: "How you prove who you are, and where you are signed in.",

  dueTitle: "Protect your account better",

  password: "Password",
  passwordAbout: "Asked for at sign-in, unless you use a passkey.",
  passwordByProvider: (provider: string) =>
    `You come in by ${provider} alone: a password does not open the sign-in page in its place. It is proof before a change here.`,
  passwordNone: "You have none: you come in through your organisation's sign-in.",
  passwordChanged: "Last changed",
  passwordChange: "Change password",
  passwordTitle: "Change your password",
  passwordLead: "Every other device is signed out. You stay signed in here.",
  currentPassword: "Current password",
  currentPasswordMissing: "Type your current password",
  newPassword: "New password",
  newPasswordMissing: "Type the new password",
  newPasswordHint: (least: number) =>
    `At least ${least} characters. Several words that have nothing to do with each other work well.`,
  passwordSubmit: "Save new password",
  toReplaceTitle: "Choose a new password",
  toReplaceByAdmin:
    "An administrator asks you to. The present password opens nothing any more, and proves nothing here.",
  toReplaceByBreach:
    "Your password is in a list of passwords that were stolen somewhere, so that others may know it. It opens nothing any more, and proves nothing here.",
  toReplaceByPolicy:
    "Your password is less than your organisation asks for. It opens nothing any more, and proves nothing here.",
  toReplaceOr: "Or use a passkey.",
  passwordDone: "Your password is changed. Every other device is signed out.",

  secondStepByProvider: (provider: string) =>
    `Asked for after ${provider}, unless that is trusted to have asked for one.`,
  secondStep: "Second step",
  secondStepAbout: "Asked for after the password, so that a password alone opens nothing.",
  byEmail: "Code by e-mail",
  byEmailText: (email: string) =>
    `After your password a code is sent to the address that you sign in with, such as ${email}.`,
  byEmailBesideProvider: (email: string) =>
    `Where your organisation's sign-in is not enough, a code is sent to ${email}.`,
  byEmailUntil: (day: string) =>
    `That is enough until ${day}. After that a stronger second step is asked for.`,
  byEmailNotEnough: "That is not enough any more: your next sign-in asks for a stronger one.",
  byPasskey: "Passkey",
  byPasskeyText:
    "After your password one of your passkeys is asked for. Beside a passkey no code by e-mail is accepted.",
  byApp: "Authenticator app",
  byAppSince: "Set up",
  appAdvice: "An authenticator app is quicker, and works when your mailbox is in other hands.",
  appNotEnough:
    "An authenticator app is not enough for what your organisation asks: add a passkey.",
  appSetUp: "Set up an authenticator app",
  appReplace: "Replace the app",
  appRemove: "Remove the app",
  codesLeft: "Backup codes left",
  codesLow: "Few backup codes are left: make new ones before you need them.",
  codesRenew: "Make new backup codes",

  proofTitle: "First prove that it is you",
  proofPasskey: "Use a passkey instead",
  proofSignedIn: "You have signed in through your organisation a moment ago: that is the proof.",
  proofSignInAgain:
    "You have no password here. Sign in through your organisation once more, then go on within ten minutes.",
  proofSignIn: "Sign in again",
  signInNeeded: "Sign in again to prove who you are",
  proofBackupCode: "Backup code",
  proofBackupCodeHint: "One of the codes you kept when you added your first passkey.",
  proofBackupCodeOnlyHint:
    "You have a passkey, so a code of the app is not enough here. Can you not use the passkey in this browser? Type one of the backup codes you kept, or do this where the passkey is. With neither, ask an administrator to reset your second steps.",
  proofNothing:
    "Your passkey is suspended and you have no backup codes, so nothing proves enough here. Ask an administrator to reset your second steps.",
  proofNoCodes:
    "You have a passkey and no backup codes, so only the passkey is proof enough here: use it, or do this where it is. If it is lost, ask an administrator to reset your second steps.",
  proofCode: "Code of the app, or a backup code",
  proofCodeHint: "6 digits from your authenticator app, or one of your backup codes.",

  setUpTitle: "Set up an authenticator app",
  setUpLead: "You need an app for one-time codes on your phone or computer. Any of them will do.",
  replaceTitle: "Replace the authenticator app",
  replaceLead:
    "The new app takes over once its first code is typed; until then the present one goes on. Backup codes are replaced too, and every other device is signed out.",
  setUpNext: "Continue",

  scanTitle: "Connect the app",
  scanLead: "Scan the picture with your authenticator app, then type the 6 digits it shows.",
  scanAlt: "QR code with the key for your authenticator app",
  scanManual: "Cannot scan? Type this key into the app",
  scanCode: "Code shown by the app",
  scanSubmit: "Turn the app on",
  scanTime: "This page is good for ten minutes.",

  appNotPending:
    "No authenticator app waits for its first code: it is on already, or ten minutes have passed. What you have now is shown here.",

  codesTitle: "Keep your backup codes",
  codesReady: "The authenticator app is on. Every other device is signed out.",
  codesOfPasskey: "The passkey is added.",
  codesOfFirstPasskey: "The passkey is added. Every other device is signed out.",
  codesRenewed: "These are your new backup codes. The earlier ones no longer work.",
  codesLead:
    "If you lose the app or the passkey, each of these codes signs you in once. Keep them where you keep important papers, or in a password manager. They are not shown again.",
  codes: "Backup codes",
  codesDownload: "Save as a file",
  codesPrint: "You can also print this page.",
  codesDone: "I have kept them",
  codesFile: (tenant: string, codes: readonly string[]) =>
    `Backup codes for ${tenant}\nEach works once.\n\n${codes.join("\n")}\n`,

  renewTitle: "Make new backup codes",
  renewLead: "The codes you have now stop working.",
  renewSubmit: "Make new codes",

  removeTitle: "Remove the authenticator app",
  removeLead: "Signing in will ask for a code by e-mail again. Backup codes stop working.",
  removeLeadPasskeys: "Your passkeys and backup codes stay.",
  removeSubmit: "Remove the app",
  removeDone: "The app is removed. Every other device is signed out.",

  passkeys: "Passkeys",
  passkeysAbout:
    "Sign in with your fingerprint, face or device PIN. Nothing to type, and nothing a false page could get out of you.",
  passkeysByProvider: (provider: string) =>
    `You come in by ${provider} alone: a passkey does not open the sign-in page in its place. It counts as the second step where one is asked for after ${provider}, and as proof before a change.`,
  passkeysNone: "No passkeys yet",
  passkeysNoneText:
    "Add one on each device you sign in with, so that you are not stuck when you lose one.",
  passkeysCount: (count: number) => (count === 1 ? "1 passkey" : `${count} passkeys`),
  passkeysShow: "Show passkeys",
  passkeyAdd: "Add a passkey",
  passkeysFull: "You have 20 passkeys, which is the most. Remove one to add another.",
  passkeyName: "Name",
  passkeyKept: "Kept",
  passkeyCreated: "Added",
  passkeyLastUsed: "Last used",
  passkeyNever: "Never",
  passkeySynced: "Synced to your devices",
  passkeySyncable: "Can be synced, is on one device",
  passkeyBound: "On one device only",
  passkeySuspended: "Suspended",
  passkeySuspendedText:
    "A suspended passkey opens nothing: it was used in a way that suggests there is a copy of it. Remove it, and add a new one.",
  passkeyRename: "Rename",
  passkeyRenameOf: (name: string) => `Rename ${name}`,
  passkeyRemove: "Remove",
  passkeyRemoveOf: (name: string) => `Remove ${name}`,

  passkeyAddTitle: "Add a passkey",
  passkeyAddLead:
    "A passkey is kept by your phone, computer, security key or password manager, and unlocked there by fingerprint, face or PIN.",
  passkeyAddNext: "Continue",
  passkeyCreateTitle: "Make the passkey",
  passkeyCreateLead: "Your browser asks where to keep it and checks that it is you.",
  passkeyCreateName: "Name",
  passkeyCreateNameHint:
    "So that you know it again, such as “Work laptop”. Leave it empty for a name by its kind.",
  passkeyTooMany: (wait: string) => `Too many tries. Try again in ${wait}`,
  passkeyNameTooLong: "Use at most 100 characters",
  passkeyCreateSubmit: "Make a passkey",
  passkeyCreateTime: "This page is good for five minutes.",
  passkeyCreateNoScript:
    "Passkeys need JavaScript: turn it on for this page, or set up an authenticator app instead.",
  passkeyNotPending:
    "No passkey waits to be made: it was added already, or five minutes have passed. What you have now is shown here.",
  passkeyAdded: (name: string) => `The passkey “${name}” is added.`,
  firstPasskeyAdded: (name: string) =>
    `The passkey “${name}” is added. Every other device is signed out.`,
  passkeyRenameTitle: "Rename the passkey",
  passkeyRenameSubmit: "Save name",
  passkeyRenamed: "The passkey has a new name.",
  passkeyRemoveTitle: (name: string) => `Remove the passkey “${name}”?`,
  passkeyRemoveLead:
    "It opens nothing any more. Delete it from the device or password manager too, so that it is not offered there.",
  passkeyRemoveLast:
    "It is your only factor beside the password: signing in will ask for a code by e-mail, and your backup codes stop working.",
  passkeyRemoveRefusedTitle: "This one has to stay for now",
  passkeyRemoveRefused:
    "Your organisation asks for a passkey, or for something as strong, and you have no other. Add another one first.",
  passkeyRemoveSuspendedLeft:
    "You would be left with a suspended passkey, and beside that no code by e-mail is accepted. Remove the suspended one first, or add another.",
  passkeyRemoveSubmit: "Remove passkey",
  passkeyRemoved: "The passkey is removed. Every other device is signed out.",

  stepUpTitle: "Prove who you are",
  stepUpLead:
    "Changes like the one ahead ask for proof that is at most 10 minutes old, so that nobody makes them at a desk you have left.",
  stepUpPassword:
    "Your password is enough here: this session has already been through a whole sign-in.",
  stepUpPasskeyOnly: "Your organisation asks for a passkey here: use one of yours",
  stepUpByProvider: (provider: string) => `Or sign in again with ${provider}`,
  stepUpSubmit: "Continue",
  stepUpDone: "You have proved who you are",
  stepUpDoneText:
    "It counts for 10 minutes. Close this tab, go back to the one you came from and send the form again: what you typed is there.",

  sessions: "Where you are signed in",
  sessionsAbout:
    "Every browser that is signed in as you. End those you do not know, and change the password that you sign in with.",
  sessionsCount: (count: number) => (count === 1 ? "Only here" : `On ${count} devices`),
  sessionsShow: "Show devices",
  sessionsTitle: "Devices and sessions",
  thisDevice: "This device",
  device: "Device",
  place: "Place of sign-in",
  started: "Signed in",
  lastSeen: "Last seen",
  endsAt: "Ends unless used",
  actions: "Actions",
  end: "End",
  endOf: (device: string) => `End the session on ${device}`,
  endQuestion: (device: string) => `End the session on ${device}?`,
  endConsequence:
    "That browser is signed out at once, and is a new one at the next sign-in. What is not saved there may be lost.",
  endSubmit: "End session",
  ended: "The session has ended.",
  devicesTitle: "Remembered devices",
  devicesAbout:
    "On these, your password alone signs you in: the second step is left out until the day shown, or until your password or your second steps change.",
  rememberedUntil: "Until",
  forget: "Forget",
  forgetOf: (device: string) => `Forget ${device}`,
  deviceForgotten: "Forgotten. The next sign-in there asks for the second step again.",
  endOthers: "End all others",
  endOthersQuestion: "End all other sessions?",
  endOthersConsequence:
    "Every browser except this one is signed out at once. Browsers that stood for your second step ask for it again.",
  endedOthers: (count: number) =>
    count === 0
      ? "There were no other sessions."
      : count === 1
        ? "One session has ended."
        : `${count} sessions have ended.`,
  cancel: "Cancel",
});
