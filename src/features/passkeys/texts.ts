import { defineTexts } from "#platform/texts.ts";

export const texts = defineTexts("passkeys", {
  nameMissing: "Give the passkey a name",
  nameTooLong: "Use at most 100 characters",
  nameUnprintable: "Remove the invisible characters",
  numbered: (name: string, n: number) => `${name} ${n}`,

  notFound: "This passkey does not exist any more",
  ownerNotFound: "This person does not exist",
  aboveRole: "This person's role is above yours",
  lastSecondStep:
    "This is the last second step of this person, and your organisation asks for two administrators: reset their second steps instead",
  own: "Your own passkeys are on the page Security",
  tooMany: "You have 20 passkeys, which is the most: remove one that you do not use",
  refusedAsVoid: "That took too long, or was done already: begin again",
  refusedAsPresent: "This passkey is one of yours already",
  refusedAsModel: "Your organisation does not allow this kind of authenticator: use another one",
  refusedAsUnverified:
    "The device did not check that it is you: set up a PIN, a fingerprint or face recognition on it",
  refusedOtherwise: "The answer of the device was not accepted: try again, or use another device",

  people: "Users",
  titleOf: (name: string) => `Passkeys of ${name}`,
  lead: "What this person can sign in with instead of a password.",
  list: "Passkeys",
  none: "No passkeys",
  noneText: "This person has not added any. They do that themselves, on the page Security.",
  name: "Name",
  model: "Kind",
  modelUnknown: "Unknown",
  kept: "Kept",
  synced: "Synced",
  syncable: "Can be synced",
  bound: "On one device",
  created: "Added",
  lastUsed: "Last used",
  never: "Never",
  suspended: "Suspended",
  suspendedSince: "Suspended",
  suspendedNotice:
    "A suspended passkey was used in a way that suggests there is a copy of it. It opens nothing. Ask the person about it before you revoke it.",
  actions: "Actions",
  revoke: "Revoke",
  revokeOf: (passkey: string) => `Revoke ${passkey}`,
  revokeQuestion: (passkey: string) => `Revoke the passkey “${passkey}”?`,
  revokeConsequence: (name: string) =>
    `${name} cannot sign in with it any more, is signed out everywhere, and is told by mail. It cannot be brought back: they would add it anew.`,
  revokedNotice: "The passkey is revoked.",
  cancel: "Cancel",

  // Audit trail
  registeredEvent: "Passkey registered",
  renamedEvent: "Passkey renamed",
  removedEvent: "Passkey removed",
  revokedEvent: "Passkey revoked by an administrator",
  suspendedEvent: "Passkey suspended: there may be a copy of it",
  refusedEvent: "Passkey refused",

  // Notices by mail
  notYou:
    "Was that not you? Look at your passkeys, remove what you do not know, change your password and tell an administrator.",
  notYouButton: "Look at your passkeys",
  addedSubject: (tenant: string) => `A passkey was added to your account at ${tenant}`,
  addedText: (tenant: string, name: string) =>
    `The passkey “${name}” was added to your account at ${tenant}. Whoever holds it can sign in as you.`,
  removedSubject: (tenant: string) => `A passkey was removed from your account at ${tenant}`,
  removedText: (tenant: string, name: string) =>
    `The passkey “${name}” was removed from your account at ${tenant}. It opens nothing any more; you can delete it from your device too.`,
  renamedSubject: (tenant: string) => `A passkey of your account at ${tenant} was renamed`,
  renamedText: (tenant: string, from: string, to: string) =>
    `The passkey “${from}” of your account at ${tenant} is called “${to}” from now on.`,
  revokedSubject: (tenant: string) => `A passkey of your account at ${tenant} was revoked`,
  revokedText: (tenant: string, name: string) =>
    `An administrator revoked the passkey “${name}” of your account at ${tenant}. You were signed out everywhere.`,
  revokedWayOut: "Do you not know why? Ask an administrator.",
  suspendedSubject: (tenant: string) => `A passkey of your account at ${tenant} was suspended`,
  suspendedText: (tenant: string, name: string) =>
    `The passkey “${name}” of your account at ${tenant} was used in a way that suggests there is a copy of it. It opens nothing any more. Sign in another way, remove it and register a new one.`,
});
