// What people read about who comes by an identity provider, and the groups that it gives.
import { defineTexts } from "#platform/texts.ts";

export const texts = defineTexts("provider-people", {
  // Refusals
  wayMissing: "Choose how the person is to come in",
  providerMissing: "Choose an identity provider",
  notActive:
    "Only active people can be sent another way: this one has not taken up the invitation, or is deactivated",
  superAdminStays:
    "Super administrators keep what they have here: whoever runs a provider must not choose who holds every right. They link themselves by signing in with it and confirming it by their password",
  leadsElsewhere:
    "No verified address of this super administrator leads to the provider, so it would not link them: bind the domain of one to it, or give them an address of its domain, first",
  notEnabled: "Choose a provider that is enabled",
  noVerifiedAddress: "No address of this person is verified: a provider could not name them",
  cannotConfirm:
    "An administrator confirms a new provider by a password or a passkey of their own, and this one has neither. Have them choose a password first",
  noOtherWay:
    "They would be left without a way in: send them to another provider, or to a password",
  notTheirs: "This person does not come by the identity provider",
  nothingSaid: "Nothing was decided about this person",
  groupMissing: "Choose a group, or name a new one",
  baseMissing: "Choose a base group first: groups are made below it",
  oneBase: "Choose a group or name a new one, not both",
  oneGroup: "Choose a group or name a new one, not both",
  valueMissing: "Type the value as the provider sends it",
  valueTooLong: "Use at most 200 characters",
  valueUnprintable: "Leave out characters that cannot be printed",
  valueTaken: "This value stands for a group already",
  tooManyValues: "At most 1,000 values of one provider can stand for groups",
  mappingNotFound: "This value stands for no group",
  claimMissing: "Name the attribute that holds the groups",
  claimTooLong: "Use at most 255 characters",
  yesOrNo: "Say yes or no",
  unsaidWrong: "Say keep or remove",

  // The people of a provider
  providers: "Identity providers",
  people: "People",
  peopleTitle: (name: string) => `People who come by ${name}`,
  peopleHint:
    "Who was sent here, or whose address leads here, signs in there and nowhere else; super administrators keep their password as a way in.",
  peopleNone: "Nobody comes in by it yet",
  peopleNoneText:
    "People of its domains come by themselves. You can send others there, whatever their address.",
  peopleNotFound: "Nobody matches",
  peopleNotFoundText: "Every word must appear in a name or an address.",
  showAll: "Show everybody",
  searchPeople: "Search by name or e-mail address",
  shown: (n: number) => (n === 1 ? "1 person on this page" : `${n} people on this page`),
  person: "Person",
  subject: "Known there as",
  waiting: "Has not come yet",
  lastUsedAt: "Last time",
  never: "Never",
  byAdmin: "Sent by an administrator",
  change: "Change",
  changePerson: (name: string) => `Change how ${name} comes in`,

  assign: "Send people here",
  assignTitle: (provider: string) => `Send people to ${provider}`,
  assignLead:
    "Choose somebody who is to come in by it from their next sign-in on, whatever their address leads to.",
  choose: "Choose",
  chooseOf: (name: string) => `Choose ${name}`,
  nobodyLeft: "Nobody is left",
  nobodyLeftText: "Active people who do not come by it and are no super administrators.",
  moreFound: (n: number) => `The first ${n} by name are shown. Search to narrow them down.`,

  // How one person comes in
  waysTitle: (name: string) => `How ${name} signs in`,
  now: "Now",
  links: "Come in by",
  linksNone: "No identity provider",
  here: "Here they have",
  password: "Password",
  passkey: "Passkey",
  nothingHere: "Nothing",
  said: "Decided by an administrator",
  saidNothing: "Nothing: where their address leads decides",
  saidProvider: (name: string) => `By ${name} alone`,
  saidWaiting: (name: string) =>
    `By ${name} alone, which has not brought them in yet. Until it does, what they have here opens their account.`,
  saidPassword: "With what they have here, by no provider",
  known: (subject: string) => `known there as ${subject}`,
  disabled: "disabled",
  way: "From the next sign-in on",
  wayProvider: "By an identity provider alone",
  wayProviderHint:
    "Its first word about an address of theirs that its mailbox has confirmed links them, also of a domain that is not bound to it; whoever has an authenticator app or a passkey here proves that once before. They are mailed the way there. Sessions that came from another provider end, and the groups that it gave go.",
  unconfirmedNote: (name: string) =>
    `No address of ${name} has been confirmed by its mailbox: a provider that has not brought them in yet would turn them away. First have them sign in once, by the code that is mailed to them or by “Forgotten password?”.`,
  wayPassword: "With what they have here",
  wayPasswordHint: "Password or passkey. By no provider, wherever their address leads.",
  wayPasswordInvite:
    "They have nothing here: they are mailed a link for choosing a password. Their account stays as it is.",
  wayAgain: (provider: string) => `By ${provider} anew`,
  wayAgainHint:
    "Forgets what it calls them: for somebody whose account there was deleted and made again. Its next word about their address links them, as at a first time: whoever has an authenticator app or a passkey here proves that once before.",
  againNotEnabled: (provider: string) =>
    `They do not come by ${provider} anew while it lets nobody in: enable it first.`,
  againNotVerified: (provider: string) =>
    `They cannot come by ${provider} anew: none of their addresses is verified, so it could not name them.`,
  againNotConfirmed: (provider: string) =>
    `They cannot come by ${provider} anew: administrators confirm a provider by what they have here, and there is nothing. Let them choose a password first.`,
  againElsewhere: (provider: string) =>
    `They cannot come by ${provider} anew: no verified address of theirs leads to it. Bind the domain of one to it, or give them an address of its domain, first.`,
  wayOther: "By another identity provider",
  wayDeactivation: "Not at all: deactivate them",
  wayDeactivationHint:
    "Every session ends, and signing in is refused until an administrator lets them in again.",
  wayDeactivationLink: (name: string) =>
    `What links them to a provider goes, and what was decided about it. ${name} has no password: let in again, they are invited first.`,
  wayDeactivationDone: "They are deactivated already.",
  keepsAttributes: "Keep on the profile what the provider that they leave said",
  keepsAttributesHint:
    "Otherwise values are removed that came from it and are still as it said them last. What administrators and people wrote stays in any case.",
  wayLabel: "They come in",
  providerIf: "Identity provider, if it is to be one",
  noProvider: "Choose one",
  save: "Save",
  saved: "Decided. The person is told by mail",
  removeTitle: (name: string, provider: string) => `How is ${name} to come in without ${provider}?`,
  removeAsk: "Instead",
  removed: "Decided. The person is told by mail",
  withdraw: "Let the address decide",
  withdrawHint: "Takes the decision back. What brought them in before goes on doing so.",
  withdrawn: "Their address decides again",
  administratorNote: (name: string) =>
    `${name} is an administrator: they confirm a new provider by their own password or passkey, at their first sign-in with it.`,
  superAdminNote: (name: string) =>
    `${name} is a super administrator and keeps what they have here. They link themselves by signing in with a provider and confirming it.`,

  // Groups
  groups: "Groups",
  groupsTitle: (provider: string) => `Groups that ${provider} gives`,
  groupsLead:
    "What it gives, it alone takes away; what people gave by hand stays. A group may give applications and ask for a stronger sign-in. Roles are never given by a provider.",
  groupsCard: "Settings",
  baseGroup: "Base group",
  baseGroupHint: "Everybody who comes by the provider is in it, from now on.",
  noGroup: "None",
  newBaseGroup: "Or a new group",
  groupsAttribute: "Attribute with groups",
  groupsAttributeHint:
    "As the provider calls it. An empty one takes away what the provider gave. Left empty here, it gives the base group alone, from each person’s next sign-in on.",
  groupsUnsaid: "When the attribute is missing",
  unsaidKeep: "Groups stay as they are",
  unsaidKeepHint: "For providers that send groups only sometimes.",
  unsaidRemove: "What it gave is taken away",
  createsGroups: "Values that stand for no group of yours",
  createsNo: "Are left out",
  createsYes: "Become a group of that name, below the base group",
  createsYesHint:
    "A group of yours that has the name already is not joined: the new one is called “name (provider)”. Everybody in it is in the base group, too.",
  groupsSaved: "Groups saved",
  mappings: "Values and groups",
  mappingsHint: "Which group of yours a value of the attribute stands for.",
  mappingsNone: "No value stands for a group yet.",
  mappingsNotFound: "No value matches.",
  searchValues: "Search values and groups",
  value: "Value",
  group: "Group",
  groupPeople: "Have it from here",
  made: "Made as it came",
  unmap: "Remove",
  unmapOf: (value: string) => `Remove ${value}`,
  unmapTitle: "Remove this value?",
  unmapText: (n: number) =>
    n === 0
      ? "Nobody has the group from this provider."
      : n === 1
        ? "1 person has the group from this provider and loses it at once, unless another value stands for it or they have it by hand."
        : `${n} people have the group from this provider and lose it at once, unless another value stands for it or they have it by hand.`,
  unmapped: "The value stands for no group any more",
  add: "Add",
  addTitle: "Add a value",
  addHint: "It counts from each person’s next sign-in on.",
  newGroup: "Or a new group",
  mapped: "The value stands for the group now",
  keep: "Keep it",

  // Mails
  mailGreeting: (firstName: string) => `Hello ${firstName},`,
  mailSubject: (tenant: string) => `How you sign in to ${tenant}`,
  mailAssigned: (tenant: string, provider: string) =>
    `From now on you sign in to ${tenant} with ${provider}.`,
  mailAssignedDo: (provider: string) =>
    `Sign in with it once, soon: from then on ${provider} alone opens your account. Keep this link, or bookmark the page, if your e-mail address does not lead there.`,
  mailAssignedButton: (provider: string) => `Sign in with ${provider}`,
  mailSentBack: (tenant: string) =>
    `You no longer sign in to ${tenant} with an identity provider. From now on the password or the passkey that you have here opens your account.`,
  mailSentBackDo: "Forgotten the password? The page after your address helps.",
  mailSentBackButton: "Go to the sign-in page",
  mailSetPassword: (tenant: string) =>
    `You no longer sign in to ${tenant} with an identity provider. Choose a password: your account stays as it is.`,
  mailSetPasswordButton: "Choose a password",
  mailSetPasswordNote:
    "The link is good for 30 minutes. After that, have a new one sent to you here, whenever you like:",

  // Audit trail
  eventAssigned: "Person sent to an identity provider",
  eventSentBack: "Person sent back to what they have here",
  eventGroupsSet: "Groups that an identity provider gives changed",
  eventMapped: "Value of an identity provider mapped to a group",
  eventUnmapped: "Value of an identity provider mapped to a group no more",
});
