// What people read about the end of an account.
import { defineTexts } from "#platform/texts.ts";

export const texts = defineTexts("erasure", {
  anonymisedEvent: "Person anonymised",
  deletedEvent: "Person deleted",

  stillThere: "Deactivate this person first; then they are told and signed out everywhere",
  confirmationMissing: "Type the address to confirm",
  confirmationWrong: "That is not this person's address",
  confirmationDiffers: (email: string) => `This is not ${email}`,

  users: "Users",
  back: "Keep as it is",
  confirm: (email: string) => `Type ${email} to confirm`,
  goes: "What goes",
  stays: "What stays",

  anonymise: "Anonymise",
  anonymiseTitle: (name: string) => `Anonymise ${name}?`,
  anonymiseLead: "Nobody can undo this, the operator of the server included.",
  anonymiseGoesProofs: "Name, addresses, password, passkeys, authenticator app and backup codes",
  anonymiseGoesTraces: "Sessions, known devices, links that were sent, messages and requests",
  anonymiseGoesMemberships: "Memberships in groups, and with them the way to applications",
  anonymiseGoesLinks: "Links to identity providers, and what applications know this person by",
  anonymiseGoesTrail: "In the audit trail: name, addresses, network addresses and browsers",
  anonymiseStaysLine: "A line in the list, as Anonymised person",
  anonymiseStaysTrail: "The audit trail: what happened and when, with a number instead of a name",
  anonymiseStaysMade: "What this person made: groups, applications, API clients",
  anonymiseStaysBackups: "Backups that were made until today, until they are too old to be kept",
  anonymiseStaysElsewhere: "What applications themselves have stored; ask those who run them",
  anonymiseFree:
    "The address is free for somebody new. An identity provider that still knows this person, and adds people by itself, adds them again when they come.",
  anonymisedNotice: "The person is anonymised",

  delete: "Delete",
  deleteTitle: (name: string) => `Delete ${name}?`,
  deleteLead: "Nobody can undo this.",
  deleteGoesAccount: "The account with everything that they sign in with",
  deleteGoesKnown:
    "What applications know this person by: in a new account they are somebody else there",
  deleteStaysTrail: "The audit trail, with the name as it was",
  deleteGoesLine: "The line in the list",
  deleteStaysNameless: "The audit trail, with a number instead of a name",
  deleteFree:
    "The address is free for somebody new, and nothing here keeps this person out any more. An identity provider that still knows them, and adds people by itself, lets them in again when they come: take them out there first, or leave them deactivated.",
  deleteAnonymiseInstead:
    "To take the name out of the audit trail as well, anonymise this person first.",
  deletedNotice: (name: string) => `${name} is deleted`,
});
