// What people read about people.
import { defineTexts } from "#platform/texts.ts";
import type { Role } from "#src/permissions.ts";
import type { SignInMethod, UserState } from "./schema.ts";

export const texts = defineTexts("users", {
  member: "Member",
  admin: "Administrator",
  superAdmin: "Super administrator",
  memberHint: "Opens applications and looks after their own account",
  adminHint: "Also manages people, groups and who may open which application",
  superAdminHint: "Also manages roles, applications, API clients and settings",
  invited: "Invited",
  active: "Active",
  deactivated: "Deactivated",
  anonymised: "Anonymised",
  methodPassword: "Password",
  methodPasskey: "Passkey",
  methodApp: "Authenticator app",
  methodProvider: "Identity provider",
  methodNone: "Nothing yet",
  dash: "–",

  firstNameMissing: "Enter the first name",
  lastNameMissing: "Enter the last name",
  nameTooLong: "Use at most 200 characters",
  nameUnprintable: "Leave out characters that cannot be printed",
  emailMissing: "Enter an e-mail address, such as ada@example.com",
  emailInvalid: "This is not an e-mail address; it looks like ada@example.com",
  emailTooLong: "Use an address of at most 254 characters",
  searchTooLong: "Search for at most 10 words and 200 characters",
  nothingToChange: "Say what to change: firstName, lastName or role",

  hashMissing: "Give the hash as text",
  hashNeeded: "Only with a password's hash: everybody else verifies the address by the invitation",
  emailVerifiedWrong: "Say true or false",
  emailVerifiedNeeded:
    "With a password's hash say true: nobody signs in with an address that is not verified. Leave out the hash to invite the person",
  importNeedsPermission: "Only super administrators bring passwords along",
  passwordImportedEvent: "Password brought along from another system",

  notFound: "There is no such person here",
  emailTaken: "Another person already has this address",
  emailTakenBy: (email: string) =>
    `${email} already belongs to somebody here; choose another address`,
  aboveRole: "You cannot change someone whose role is above yours",
  roleAboveOwn: "You cannot give a role above your own",
  roleNeedsPermission: "Only super administrators change roles",
  ownRole: "You cannot change your own role; ask another super administrator",
  ownAccount: "You cannot do this to your own account; ask another administrator",
  lastSuperAdmin:
    "This is the last active super administrator; make someone else super administrator first",
  addressesUnconfirmed:
    "A higher role is for people whose addresses were confirmed by their mailboxes; one was added because of its domain alone",
  unconfirmedBefore: (emails: readonly string[]) =>
    `${emails.join(", ")}: added because of ${emails.length === 1 ? "its domain, and not confirmed by its mailbox" : "their domain, and not confirmed by their mailboxes"}. Whoever reads the mail there could open the account: remove it first, or have the person sign in with it once, by the code that is mailed there or by “Forgotten password?”`,
  isAnonymised: "This person was anonymised, and nothing brings them back",
  notForRole: "Your role does not allow this for this person; ask a super administrator",
  daysWrong: "Use a whole number of days, from 1 to 3650",
  notInvited: "This person is not waiting for an invitation",
  hasBeenHere:
    "This person has been here before the invitation; deactivate them, and then delete the account",

  createdEvent: "Person added",
  namesChangedEvent: "Name changed",
  roleChangedEvent: "Role changed",
  deactivatedEvent: "Person deactivated",
  deactivatedAbsentEvent: "Person deactivated after a long absence",
  reactivatedEvent: "Person reactivated",
  invitationCancelledEvent: "Invitation cancelled and person removed",

  title: "Users",
  description: "Everybody who can sign in, and who is invited to.",
  search: "Search by name or e-mail address",
  anyRole: "Any role",
  anyState: "Any state",
  anyMethod: "Any way to sign in",
  anySeen: "Seen at any time",
  method: "Signs in with",
  notSeen: "Not seen for",
  notSeenDays: (days: number) => `Not seen for ${days} days`,
  role: "Role",
  state: "State",
  person: "Person",
  lastSignIn: "Last sign-in",
  never: "Never",
  count: (shown: number) =>
    shown === 1 ? "1 person on this page" : `${shown} people on this page`,
  nobodyYet: "Nobody here yet",
  nobodyYetText: "Invite the first person; they choose their own password.",
  nothingFound: "Nobody matches",
  nothingFoundText:
    "Try fewer words or another filter. Every word must appear in a name or an address.",
  clearFilters: "Show everybody",

  inviteTitle: "Invite a person",
  inviteLead: "They get a message with a link and choose a password.",
  nextTitle: "What happens next",
  nextInvited:
    "They get an invitation: they confirm the address and choose a password. The link is good for 7 days.",
  nextWelcomed: (domains: string) =>
    `At ${domains}: the address counts as verified, they get a message that welcomes them, with a link to choose a password, and the groups of the domain.`,
  nextOthers:
    "At any other domain: they get an invitation, confirm the address and choose a password.",
  firstName: "First name",
  lastName: "Last name",
  email: "E-mail address",
  emailHint: "The invitation goes here, and this is what they sign in with",
  invite: "Send invitation",
  invitePerson: "Invite person",
  invitedNotice: (email: string) => `Invitation sent to ${email}`,

  aboveYours:
    "This person’s role is above yours: you can look, and only a super administrator can change anything here.",
  details: "Details",
  profileTab: "Profile",
  activityTab: "Activity",
  tabs: "About this person",
  addresses: "Addresses",
  attributes: "Attributes",
  attributesHint: "As far as you know them. People fill in the rest themselves.",
  missingAttributes: "Missing attributes",
  addressesManage: "Manage addresses",
  addressesShow: "Show addresses",
  address: "Address",
  primary: "Primary",
  verified: "Verified",
  unverified: "Not verified",
  timeZone: "Time zone",
  addedAt: "Added",
  deactivatedAt: "Deactivated",
  groups: "Groups",
  passkeys: "Passkeys",
  passkeysShow: "Show passkeys",
  noPasskeys: "No passkeys.",
  passkeySuspended: "Suspended",
  passkeyUnused: "Not used yet",
  passkeyUsed: "Last used",
  noGroups: "In no group yet",
  moreGroups: (most: number) => `The first ${most} groups by name are shown.`,

  secondSteps: "Second steps",
  secondStepsHint: "For somebody who lost the phone or the key they sign in with.",
  resetSecondSteps: "Reset second steps",
  slowedDown: "This person is slowed down, after too many tries",
  slowedUntil: "Next try:",
  release: "Release",
  releaseQuestion: (name: string) => `Release the limits of ${name}?`,
  releaseText:
    "Tries are counted anew from zero. If somebody is guessing, that gives them more guesses.",

  edit: "Edit",
  editTitle: (name: string) => `Edit ${name}`,
  save: "Save changes",
  savedNotice: "Changes saved",
  roleHint: "A new role ends this person's sessions: they sign in again with it",
  roleHintLinked:
    "A new role ends this person's sessions: they sign in again with it. They come in by an identity provider: with a higher role they confirm that once with their own password; without one, they get one by “Forgotten password?”",

  invitationTitle: "Waiting for an answer to the invitation",
  invitationText: (email: string) =>
    `The message went to ${email}. A new invitation makes the earlier link useless.`,
  resend: "Send again",
  resentNotice: (email: string) => `A new invitation was sent to ${email}`,
  cancelInvitation: "Cancel invitation",
  cancelTitle: (name: string) => `Cancel the invitation of ${name}?`,
  cancelText:
    "The link in the message stops working, and the person is removed from groups and from this list.",
  cancelledNotice: "The invitation is cancelled",

  password: "Password",
  requireNewPassword: "Require a new password",
  requireNewPasswordHint:
    "When the present one may be known to others: sessions end, and the next sign-in asks for another one.",
  mustReplaceAdmin: "A new one is required: an administrator asked for it.",
  mustReplaceBreach: "A new one is required: the present one appeared in a data breach.",
  mustReplacePolicy: "A new one is required: the present one is less than your settings ask for.",
  seeRequirement: "Show",
  providers: "Identity provider",
  saidByProviders: "Said by identity providers",
  saidByProvidersText:
    "What each said of the person at their last sign-in by it. What is in force is marked, and stands under Attributes.",
  saidBy: "Provider",
  saidAttribute: "Attribute",
  saidValue: "Value",
  saidInForce: "In force",
  providersText: "The account elsewhere that the person signs in with.",
  providersNone: "None: where their address leads decides.",
  providersChange: "Change",
  providerDisabled: "Disabled",
  providerLast: "last time",
  providerWaiting: (provider: string) => `Sent to ${provider}, which has not brought them in yet.`,
  providerAlone: (provider: string) => `Comes in by ${provider} alone, as was decided.`,
  providersByPassword: "Comes in with what they have here, by no provider, as was decided.",

  access: "Access",
  anonymiseTitle: "Anonymise this person",
  anonymise: "Anonymise…",
  anonymiseHint:
    "Everything that says who this person was is taken out, here and in the audit trail. It cannot be undone.",
  deleteTitle: "Delete this person",
  delete: "Delete…",
  deleteHint:
    "The person leaves the list, groups and applications. The audit trail keeps their name.",
  deleteAnonymisedHint: "What is left leaves the list as well. The audit trail stays as it is.",
  anonymisedText:
    "What said who this person was is gone, here and in the audit trail. Nothing brings them back.",
  deactivate: "Deactivate",
  deactivateTitle: (name: string) => `Deactivate ${name}?`,
  deactivateText:
    "All sessions end at once and signing in is refused, here and at every application. Groups and settings stay, so this can be undone.",
  deactivateHint: "Ends all sessions and refuses signing in until you reactivate.",
  deactivatedNotice: "The person is deactivated",
  reactivate: "Reactivate",
  reactivateHint: "Signing in is refused. Groups and settings are kept.",
  reactivatedInvitedNotice: "The person is invited again; send them a new invitation",
  reactivatedNotice: "The person can sign in again",
  back: "Keep as it is",

  sessions: "Sessions",
  sessionsText: "Where this person is signed in now.",
  allSessions: "Manage sessions",
  noSessions: "Not signed in anywhere",
  device: "Device",
  place: "Place of sign-in",
  proof: "Proven by",
  lastSeen: "Last seen",
  events: "Recent events",
  eventsText: "What this person did, and what was done about them.",
  allEvents: "All events",
  noEvents: "Nothing has happened yet",
  what: "What",
  who: "Who",
  when: "When",

  mailGreeting: (firstName: string) => `Hello ${firstName},`,
  mailRoleSubject: (tenant: string) => `Your role at ${tenant} has changed`,
  mailRoleText: (role: string, tenant: string) =>
    `Your role at ${tenant} is now: ${role}. You were signed out everywhere; sign in again to use it.`,
  mailRolePassword:
    "Your password is less than is asked of this role, so you choose a new one when you sign in.",
  mailRoleUnlinked:
    "You came in by an identity provider: the next time you do, confirm it once with your password here. If you have none, “Forgotten password?” on the sign-in page gives you one.",
  mailDeactivatedSubject: (tenant: string) => `Your account at ${tenant} was deactivated`,
  mailDeactivatedText: (tenant: string) =>
    `Your account at ${tenant} was deactivated. You were signed out everywhere and cannot sign in any more.`,
  mailDeactivatedAbsentText: (days: number, tenant: string) =>
    `You have not signed in at ${tenant} for ${days} days, so your account was deactivated. If you need it again, ask your administrator.`,
  mailReactivatedSubject: (tenant: string) => `Your account at ${tenant} is active again`,
  mailReactivatedText: (tenant: string) =>
    `Your account at ${tenant} was reactivated. You can sign in again as you did before.`,
  mailQuestion: "If you did not expect this, ask your administrator.",
  mailSignIn: "Sign in",
});

export const roleText: Readonly<Record<Role, string>> = {
  member: texts.member,
  admin: texts.admin,
  super_admin: texts.superAdmin,
};
export const roleHint: Readonly<Record<Role, string>> = {
  member: texts.memberHint,
  admin: texts.adminHint,
  super_admin: texts.superAdminHint,
};
export const stateText: Readonly<Record<UserState, string>> = {
  invited: texts.invited,
  active: texts.active,
  deactivated: texts.deactivated,
  anonymised: texts.anonymised,
};
export const methodText: Readonly<Record<SignInMethod, string>> = {
  password: texts.methodPassword,
  passkey: texts.methodPasskey,
  app: texts.methodApp,
  provider: texts.methodProvider,
};

/** "Password, Passkey", in the order of the choices. */
export const methodsText = (methods: readonly SignInMethod[]): string =>
  methods.length === 0 ? texts.methodNone : methods.map((method) => methodText[method]).join(", ");
