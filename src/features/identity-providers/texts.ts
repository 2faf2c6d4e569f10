import { defineTexts } from "#platform/texts.ts";

export const texts = defineTexts("identity-providers", {
  // Presets
  okta: "Okta",
  entra: "Microsoft Entra ID",
  google: "Google Workspace",
  other: "Another provider",
  oktaWhere:
    "In the Okta admin console: Applications, Create App Integration, SAML 2.0. Add the attribute statements below.",
  entraWhere:
    "In the Entra admin center: Enterprise applications, New application, Single sign-on, SAML. The claims below are there by default.",
  googleWhere:
    "In the Google admin console: Apps, Web and mobile apps, Add custom SAML app. Add the attribute mappings below.",
  otherWhere: "Any identity provider that speaks SAML 2.0 with signed assertions by HTTP-POST.",

  // The list
  title: "Identity providers",
  lead: "Where your people sign in with an account they have elsewhere",
  add: "Add identity provider",
  emptyTitle: "No identity providers yet",
  emptyHint: "Let people come in with the account they have at Okta, Entra, Google or elsewhere.",
  name: "Name",
  nameHint: "People read it on the sign-in page: “Sign in with …”",
  nameMissing: "Give the identity provider a name",
  nameTooLong: "Use at most 120 characters",
  preset: "Which one is it?",
  presetHint: "Chooses the usual names of attributes. You can change them later.",
  presetUnknown: "Choose one of okta, entra, google and other",
  status: "Status",
  draft: "Draft",
  enabled: "Enabled",
  disabled: "Disabled",
  isDefaultBadge: "Default",
  domains: "E-mail domains",
  noDomains: "None",
  andMore: (domain: string, n: number) => `${domain} and ${n} more`,
  people: "People",
  addedAt: "Added",
  create: "Create draft",
  createHint: "Nothing changes for anybody yet: a draft can be set up and tried out first.",
  created: (name: string) => `${name} is a draft: give its administrator our values first.`,

  // One connection
  steps: "Setting up",
  stepOurs: "Our values",
  stepTheirs: "Their values",
  stepDomains: "Domains",
  stepEnable: "Test and enable",
  ours: "What its administrator needs",
  oursHint:
    "Everything to enter at the provider. Anyone with the link can read it; nothing on it is secret.",
  openSetup: "Open setup page",
  ourEntityId: "Entity ID (audience)",
  ourAcsUrl: "Assertion consumer service URL (reply URL)",
  theirs: "What it told us",
  theirsNone: "Nothing yet. Once its administrator has set up our side, give its metadata here.",
  describe: "Give its metadata",
  describeAgain: "Replace",
  fetchAgain: "Fetch metadata again",
  entityId: "Entity ID (issuer)",
  ssoUrl: "Single sign-on URL",
  byRedirect: "Requests go to (HTTP-Redirect)",
  byPost: "Requests go to (HTTP-POST)",
  certificates: "Signing certificates",
  certificateUntil: "valid until",
  source: "Metadata",
  sourceByHand: "Given by hand or pasted",
  describedAt: "Last read",
  how: "How do you want to give it?",
  byHandHint: "Entity ID, sign-on address and certificates",
  binding: "How requests are sent",
  bindingRedirect: "HTTP-Redirect: the usual way",
  bindingPost: "HTTP-POST",
  certificatesHint: "PEM, several one after the other while it changes its key",
  save: "Save",
  saved: "Changes saved",
  described: "What it says of itself is kept",
  oneSource:
    "Give one of: metadata XML, a metadata address, or entity ID, sign-on URL and certificates",
  ssoUrlMissing: "Give the sign-on address",
  certificatesMissing: "Give at least one certificate",
  certificateUnreadable:
    "Give certificates in PEM, with RSA keys from 2048 bits or keys on a NIST curve",
  noIdentityProvider: "it describes no SAML 2.0 identity provider",
  severalIdentityProviders: "it describes several identity providers; give the metadata of one",
  ssoMissingInMetadata: "it has no sign-on address for HTTP-Redirect or HTTP-POST",
  certificateMissing: "it holds no signing certificate",
  keyRefused: "a key in it is too weak: RSA from 2048 bits or a NIST curve is needed",
  entityIdPinned:
    "This is the metadata of another provider: its entity ID differs. Add that one as a connection of its own",

  // Settings of one
  settings: "People and second steps",
  edit: "Edit",
  editTitle: "Edit identity provider",
  attributes: "Names of attributes",
  attributesHint: "As the provider calls them in its assertions.",
  emailAttribute: "E-mail address",
  firstNameAttribute: "First name",
  lastNameAttribute: "Last name",
  subjectAttribute: "Permanent identifier",
  subjectAttributeHint:
    "Says who it is when the address changes. Left empty, the Name ID is it: then it should be a persistent one.",
  subjectIsNameId: "The Name ID",
  claimMissing: "Give the name of the attribute",
  claimTooLong: "Use at most 255 characters",
  yesOrNo: "Say yes or no",
  createsPeople: "Somebody whom we do not know",
  createsPeopleYes: "Becomes a member when they first come in",
  createsPeopleNo: "Is turned away until an administrator has added them",
  trustsSecondStep: "Second step",
  trustsSecondStepYes: "The provider always asks for one",
  trustsSecondStepYesHint:
    "Choose this only where nobody signs in there without a second step. Its word is then enough where any second step will do, also when it does not name one, but not when it says that a password was all; it is recorded as its word and no more. Where more is asked for, it must name several factors, and is asked to; else ours is asked for.",
  trustsSecondStepNo: "Always ours",
  trustsSecondStepNoHint:
    "After the provider a second step of ours is asked for, whatever it says.",
  speaksForAll: "Addresses it may name",
  speaksForAllNo: "Only of the domains bound to it",
  speaksForAllYes: "Of any domain, while it is the default",
  speaksForAllYesHint:
    "Whoever runs it can then bring in people under any address. Choose this only for a provider that is your own.",
  isOffered: "On the sign-in page",
  isOfferedNo: "Only addresses that lead to it go there",
  isOfferedYes: "Offered to everybody as another way to sign in",
  isOfferedYesHint:
    "Beside the password, with its name, whoever asks: for people whose address leads elsewhere.",
  logout: "Signing out",
  logoutWhen: "When somebody signs out here",
  logoutNone: "Takes no part: its own session is left alone",
  logoutAlways: "Ends the session at the provider, too",
  logoutAlwaysHint: "For devices that several people use.",
  logoutOffer: "Offers to end the session at the provider, too",
  logoutNever: "Leaves the session at the provider alone",
  logoutUnknown: "Choose one of always, offer and never",
  logoutUrlHint: "Its metadata usually says it. Leave it empty if it has none.",
  subjectInUse:
    "People are known by the present identifier. Unlink them first, or add another connection",

  // Domains
  domainsHint:
    "Addresses of these domains are led to this provider, and it may speak for these addresses only. Subdomains are bound on their own.",
  domainsEmpty: "No domain yet: nobody is led to this provider, and it can name nobody.",
  domain: "Domain",
  proof: "Yours",
  domainProved: "Proved",
  domainNotProved: "Not proved",
  bind: "Bind domain",
  bound: "Domain bound",
  release: "Release",
  releaseDomain: (domain: string) => `Release ${domain}`,
  released: "Domain released",
  domainMissing: "Type a domain",
  domainInvalid: "Type a domain such as example.com",
  domainTaken: "This domain is bound to another identity provider",
  domainNotFound: "This domain is not bound to the identity provider",
  tooManyDomains: "At most 200 domains can be bound to one identity provider",

  // People
  peopleHint:
    "Who was sent to it, or whose address leads to it, signs in there and nowhere else; super administrators keep their password as a way in.",
  peopleNone: "Nobody has come in by it yet",
  peopleCount: (n: number) =>
    n === 1 ? "1 person has come in by it" : `${n} people have come in by it`,
  showPeople: "Show people",
  showGroups: "Groups it gives",
  subject: "Known there as",

  // State
  notFound: "There is no such identity provider",
  notDescribed: "Give the provider’s metadata first",
  isDefault:
    "It is the default of your organisation. Choose another one in the sign-in settings first",
  enable: "Enable",
  enabledNotice: "Enabled: addresses of its domains are led to it",
  disable: "Disable",
  disableTitle: (name: string) => `Disable ${name}?`,
  disableBody:
    "Nobody comes in by it until you enable it again. Who is signed in stays signed in. People who have a password can use it again.",
  disabledNotice: "Identity provider disabled",
  remove: "Delete",
  removeTitle: (name: string) => `Delete ${name}?`,
  removeBody:
    "Its keys, its domains, what it calls people and the memberships that it gave are gone for good; the people stay. Setting it up again gives it other keys.",
  removed: (name: string) => `${name} is deleted`,
  leftOut: (n: number) =>
    n === 1
      ? "1 person would be left without a way in:"
      : `${n} people would be left without a way in:`,
  leftOutAlready: (n: number) =>
    n === 1
      ? "1 person is without a way in already, because it is not enabled:"
      : `${n} people are without a way in already, because it is not enabled:`,
  leftOutMore: (n: number) => ` and ${n} more`,
  leftOutNone: "Everybody who comes by it has another way in.",
  leftOutDisabled:
    "They have no password and no passkey, and whom it has brought in gets none by mail while it is disabled. A super administrator can say on a person’s page that they come in with a password.",
  leftOutRemoved:
    "They have no password and no passkey. They can ask for a new password by mail afterwards.",
  confirmLeftOut: "Do it all the same",
  confirmMissing: "Tick this if they may be left without a way in",
  leavesPeopleOut: "People would be left without a way in",
  danger: "Danger zone",
  dangerHint: "Disable it first if you are not sure: that can be undone.",

  // The setup page
  setupFor: (tenant: string) => `Set up signing in to ${tenant}`,
  setupLead: (tenant: string) =>
    `Enter these values at your identity provider to let people sign in to ${tenant}.`,
  setupEasiestHint: "Most identity providers read everything from this document.",
  ourCertificate: "Certificate of our requests",
  ourNextCertificate: "Next certificate of our requests",
  validUntil: "Valid until",
  wanted: "Attributes that we read",
  wantedHint: "Sign the assertion, and post it to the reply URL. Encryption is not supported.",
  meaningEmail: "E-mail address",
  meaningFirst: "First name",
  meaningLast: "Last name",
  meaningSubject: "An identifier that never changes",
  meaningGroups: "Names of the groups that the person is in",
  meaningNameId: "Name ID: an identifier that never changes (persistent), or the e-mail address",

  // Responses
  unsolicited:
    "This sign-in was not started here. Begin at the sign-in page of your organisation, not at your identity provider",
  responseStale: "This sign-in has ended, or was used already. Begin again at the sign-in page",
  responseInvalid:
    "The answer of your identity provider was not accepted. Begin again; if it happens again, tell an administrator of your organisation",
  tooManyResponses: "Too many answers of identity providers were refused. Try again later",

  // Audit trail
  eventCreated: "Identity provider added",
  eventChanged: "Identity provider changed",
  eventDescribed: "What an identity provider says of itself replaced",
  eventEnabled: "Identity provider enabled",
  eventDisabled: "Identity provider disabled",
  eventDeleted: "Identity provider deleted",
  eventDomainBound: "E-mail domain bound to an identity provider",
  eventDomainReleased: "E-mail domain released from an identity provider",
  eventPersonCreated: "Member created at their first sign-in by an identity provider",
  eventNamesTaken: "Names of a person taken over from an identity provider",
  eventLinked: "Person linked to an identity provider",
  eventWithdrawn: "Decision on how a person comes in withdrawn",
  eventUnlinked: "Person unlinked from an identity provider",
  eventKeyPrepared: "Next key for an identity provider prepared",
  eventKeySwitched: "Key for an identity provider replaced",
  eventKeyDiscarded: "Prepared key for an identity provider discarded",
  eventTested: "Identity provider tried out",
  eventResponseRefused: "Response of an identity provider refused",
});
