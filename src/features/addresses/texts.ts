// What people read about their addresses.
import { defineTexts } from "#platform/texts.ts";

export const texts = defineTexts("addresses", {
  title: "E-mail addresses",
  titleOf: (name: string) => `E-mail addresses of ${name}`,
  description:
    "Each verified address signs you in and gets the codes when you do. Applications are told the primary one.",
  descriptionOf:
    "Each verified address signs this person in and gets the codes then. Applications are told the primary one.",
  profile: "Profile",
  users: "Users",
  caption: "Addresses",
  address: "Address",
  state: "State",
  actions: "Actions",
  primary: "Primary",
  verified: "Verified",
  verifiedByDomain: "Verified by its domain",
  unverified: "Not verified",
  waiting: "Not verified yet",
  until: "Good until",
  makePrimary: "Make primary",
  makePrimaryOf: (email: string) => `Make primary: ${email}`,
  remove: "Remove",
  removeOf: (email: string) => `Remove ${email}`,
  resend: "Send again",
  resendTo: (email: string) => `Send again to ${email}`,
  cancel: "Cancel",
  cancelOf: (email: string) => `Cancel the request for ${email}`,
  keep: "Keep as it is",
  full: (most: number) => `That is as many as there can be: ${most}. Remove one to add another.`,

  addTitle: "Add an e-mail address",
  addTitleOf: (name: string) => `Add an e-mail address for ${name}`,
  addLead:
    "A message with a link goes to it. Once the link was opened and confirmed, it signs you in like the others.",
  addLeadOf: (name: string) =>
    `A message with a link goes to it, and ${name} is told. Once the link was opened and confirmed, it signs them in like the others.`,
  addLeadAtOnce: (name: string) => `${name} is told of it at all of their addresses.`,
  atOnceTitle: "What happens next",
  atOnceText: (domains: string) =>
    `An address at ${domains} is added at once, because the domain is proved to be your organisation’s and you are a super administrator. Any other gets a message and is confirmed by its mailbox.`,
  email: "E-mail address",
  add: "Add an address",
  addSubmit: "Send the message",
  addSubmitAtOnce: "Add the address",
  askedNotice: (email: string) =>
    `A message is on its way to ${email}: open its link within 3 days`,
  askedOfNotice: (email: string) =>
    `A message is on its way to ${email}. It has 3 days to confirm the address`,
  addedAtOnceNotice: (email: string) => `${email} is added`,
  cancelledNotice: "The address is not added",

  primaryTitle: (email: string) => `Make ${email} the primary address?`,
  primaryText: (from: string) =>
    `Applications are told this address in the place of ${from}, and it is the one shown here. ${from} still signs in.`,
  impactNameIds: "These applications know the person by the address, and would see somebody new:",
  impactAttributes:
    "These applications are told the address. If they go by it, they would see somebody new:",
  impactSignIn: (from: string, to: string) =>
    `Signing in would change: it leads to ${from} now, and would lead to ${to}.`,
  impactPassword: "a password here",
  impactNone: "No application is told the address, and signing in stays as it is.",
  impactHint: "Talk to whoever runs them first: some cannot bring the two together afterwards.",
  confirm: "Change it all the same",
  confirmMissing: "Say that you have read what would change",
  primarySubmit: "Make primary",
  promotedNotice: (email: string) => `${email} is the primary address now`,

  removeTitle: (email: string) => `Remove ${email}?`,
  removeText:
    "It signs in no more, and links that were sent to it stop working. Whoever wants it back confirms it anew.",
  removedNotice: "The address is removed",

  confirmTitle: "Is this your address?",
  confirmLead: (tenant: string, email: string) =>
    `Somebody at ${tenant} asked to add ${email} to this account, or an administrator did it for them:`,
  confirmOwner: "Account of",
  confirmPrimary: "Primary address",
  confirmWarning:
    "Confirm it only if this account is yours. If it is somebody else’s, close this page: the address would sign in to their account, and what you keep there would be theirs as well.",
  confirmSubmit: "Confirm the address",
  confirmedTitle: "The address is confirmed",
  confirmedLead: (tenant: string, email: string) =>
    `From now on ${email} signs in to the account at ${tenant}.`,
  confirmedNotice: (email: string) => `${email} is confirmed`,
  takenTitle: "This address belongs to another account",
  takenLead: (tenant: string, email: string) =>
    `${email} has become the address of another account at ${tenant} in the meantime, so it was not added. If both are yours, remove it there first.`,
  deadTitle: "This link does not work any more",
  deadLead:
    "It was used already, is older than 3 days, was cancelled, or the password was changed since. Add the address again on your profile.",
  toSignIn: "Go to sign-in",
  toAddresses: "Go to your addresses",

  // Mails
  hello: "Hello,",
  confirmSubject: (tenant: string) => `Confirm this address for ${tenant}`,
  confirmIntro: (tenant: string) =>
    `Somebody asked to add this address to an account at ${tenant}. Was it you, or an administrator on your behalf? Then confirm it: it signs in to that account from then on.`,
  confirmButton: "Confirm the address",
  confirmNote:
    "The link is good for 3 days and works once. If you do not know of this, do nothing: nothing changes.",
  triedSubject: (tenant: string) => `Somebody tried to add your address at ${tenant}`,
  triedIntro: (tenant: string) =>
    `Somebody tried to add this address to an account at ${tenant}. It belongs to your account already, so nothing was added and nothing has changed.`,
  triedNote:
    "There is nothing to do. If it was you, sign in with this address: it has an account of its own.",
  addedSubject: (tenant: string) => `An address was added to your account at ${tenant}`,
  addedText: (tenant: string, email: string) =>
    `${email} was added to your account at ${tenant} and signs in to it from now on.`,
  removedSubject: (tenant: string) => `An address was removed from your account at ${tenant}`,
  removedText: (tenant: string, email: string) =>
    `${email} was removed from your account at ${tenant} and signs in no more.`,
  primarySubject: (tenant: string) => `Your primary address at ${tenant} has changed`,
  primaryMailText: (tenant: string, from: string, to: string) =>
    `The primary address of your account at ${tenant} is now ${to}, in the place of ${from}. Applications are told it; both sign in.`,
  primaryReplacedText: (tenant: string, from: string, to: string) =>
    `The primary address of your account at ${tenant} is now ${to}. ${from} was taken away: it signs in no more. Applications are told the new one, and you were signed out everywhere.`,
  replacedWayOut:
    "Do you not know of this? Tell an administrator at once: whoever runs the server changed it, and whoever reads the mail of the new address can open the account.",
  askedSubject: (tenant: string) =>
    `An administrator wants to add an address to your account at ${tenant}`,
  askedText: (tenant: string, email: string) =>
    `An administrator asked to add ${email} to your account at ${tenant}. As soon as its mailbox confirms it, it signs in to your account and can be used to choose a new password.`,
  addedWayOut:
    "Was that not you? Remove the address first, then change your password, and tell an administrator. A new password alone does not help: the address could be used to choose another one.",
  primaryWayOut:
    "Was that not you? Make your own address the primary one again, remove the one that you do not know, then change your password, and tell an administrator. A new password alone does not help: the address could be used to choose another one.",
  goneWayOut:
    "Was that not you? Tell an administrator at once: this address opens the account no more.",
  notYou: "Do you not know of this, or is the address not yours? Tell an administrator at once.",
  look: "Look at your addresses",

  // Audit trail
  requestedEvent: "Address to be added: message sent",
  cancelledEvent: "Address not added: request cancelled",
  addedEvent: "Address added",
  refusedEvent: "Address not added: somebody else has it",
  removedEvent: "Address removed",
  primaryChangedEvent: "Primary address changed",
  setByOperatorEvent: "Primary address replaced by the operator",

  // Refusals
  notFound: "There is no such address here",
  taken: "Another person already has this address",
  takenBy: (email: string) => `${email} belongs to somebody else here`,
  alreadyTheirs: "This address is there already",
  alreadyTheirsField: (email: string) => `${email} is there already`,
  tooMany: "Nobody has more than 10 addresses, those that wait included",
  tooManyField: "Remove an address, or cancel one that waits: 10 is the most",
  notVerified: "An address becomes the primary one only when its mailbox has confirmed it",
  cannotDeletePrimary: "The primary address stays: make another one primary first",
  personNotSettled:
    "Only people who have chosen a password have an address to replace: invite them again at the right one",
  operatorConfirm: (what: string) => `add --confirm to do it although ${what}`,
  operatorApplications: (names: string) =>
    `these applications are told another address, and may see somebody new: ${names}`,
  operatorSignIn: (from: string, to: string) =>
    `the address leads to ${to} at sign-in, not to ${from}`,
  operatorPassword: "a password",
  personNotActive: "Addresses are added and made primary for active people only",
  changesIdentity: "Applications or the way to sign in would change: confirm: true does it anyway",
  boundToProvider:
    "You sign in by your organisation’s identity provider, which knows you by the primary address: ask a super administrator to change it",
  providerDecides:
    "This person signs in by an identity provider, which knows them by the primary address: super administrators alone change it",
  roleNotHigher:
    "Administrators add addresses and make them primary for themselves, or somebody of a higher role does: a super administrator for administrators, nobody for super administrators",
  mailsLimited: "Too many messages to confirm addresses were sent: wait before sending another",
});
