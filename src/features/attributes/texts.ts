// What people read about attributes.
import { defineTexts } from "#platform/texts.ts";

export const texts = defineTexts("attributes", {
  phone_work: "Work phone",
  phone_mobile: "Mobile phone",
  display_name: "Display name",
  job_title: "Job title",
  department: "Department",
  organization: "Organisation",
  employee_id: "Employee number",
  street_address: "Street address",
  city: "City",
  state: "State or region",
  postal_code: "Postal code",
  country: "Country",
  preferred_language: "Preferred language",
  description: "About",

  contact: "Contact",
  professional: "Work",
  location: "Location",
  profile: "Person",

  phoneHint: "With the country code, such as +49 30 901820.",
  languageHint: "Type a language, such as German, or its tag, such as de-CH.",
  displayNameHint:
    "How applications show the name, where it is another one than first and last name.",
  noChoice: "Not given",

  notText: "Send a text, or null to clear it",
  unprintable: "Remove the invisible control character",
  phoneWrong: "Enter a phone number with its country code, such as +49 30 901820",
  countryWrong: "There is no such country: enter its name, or its two letters, such as DE",
  languageWrong: "There is no such language: enter its name, or its tag, such as de or de-CH",
  tooLong: (most: number) => `Use at most ${most} characters`,
  keyUnknown: (keys: string) => `There are these attributes: ${keys}`,
  nothingToChange: "Say which attribute to change",
  yesOrNo: "Say true or false",
  versionMissing: "Send the version that you read, so that you overwrite nobody’s change",
  requiredUnused: (name: string) => `${name} can only be required where it is in use`,

  notInUse: "This attribute is not in use",
  notInUseField: "Not in use here: a super administrator decides that under Settings",
  locked: "Only administrators change this attribute here",
  lockedField: "Ask an administrator to change this",

  bySelf: "By themselves",
  byAdmin: "By an administrator",
  byProvider: (name: string) => `From ${name}`,
  byFormerProvider: "From an identity provider that is gone",
  keptByAdmins: "Your organisation keeps this. Ask an administrator if it is wrong.",
  keptByProvider: (name: string) =>
    `${name} keeps this up to date. Ask an administrator if it is wrong.`,
  missing: "Asked for, and still missing.",

  settingsTitle: "Attributes",
  settingsLead: "What is kept about people beside their names and addresses, and who gets it.",
  switches: "What the switches do",
  attribute: "Attribute",
  enabled: "In use",
  enabledHint:
    "The attribute is on profiles and can be filled in. Off: values that are there rest, and nobody is shown or sent them.",
  required: "Required",
  requiredHint:
    "Who has no value is told so, and is found under Users, Missing attributes. Nobody is kept from signing in by it.",
  mirrorFromProvider: "From providers",
  mirrorFromProviderHint:
    "At each sign-in by an identity provider, what it says takes the place of what is there, whoever entered that.",
  lockedForUsers: "Locked",
  lockedForUsersHint:
    "People see their own value and cannot change it: administrators and identity providers keep it.",
  sendToApplications: "To applications",
  sendToApplicationsHint: "Applications may get the value with a sign-in. Off: none gets it.",
  allowSelfSourced: "Unconfirmed too",
  allowSelfSourcedHint:
    "Applications get it also where only the person said it. Leave this off where an application gives rights by it: people could choose their own.",
  switchOf: (attribute: string, name: string) => `${attribute}: ${name}`,
  save: "Save settings",
  savedNotice: "Settings saved",
  changedMeanwhile: "Somebody else has changed these settings in the meantime",
  changedMeanwhileText:
    "Somebody else has changed these settings since you opened them. Nothing was saved: look at what is in force in another tab, then save again",

  changedEvent: "Attributes of a person changed",
  settingsEvent: "Attribute settings changed",
});
