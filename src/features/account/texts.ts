// What people read about their own account.
import { defineTexts } from "#platform/texts.ts";

export const texts = defineTexts("account", {
  zoneMissing: "Enter a time zone, such as Europe/Berlin",
  zoneUnknown: "There is no such time zone; start with the continent or the city, such as Berlin",
  themeUnknown: "Choose one of the looks",
  nothingToChange: "Say what to change: firstName, lastName, timeZone or theme",
  namesLocked: "Only administrators change names here",
  namesLockedField: "Ask an administrator to change your name",
  peopleOnly: "An API client has no profile to change",

  changedEvent: "Profile changed",

  title: "Profile",
  description: "How others see you, and how this site looks to you.",
  names: "Your name",
  namesHint: "Applications that you open get it too.",
  namesLockedHint:
    "Your organisation keeps names and attributes: ask an administrator if yours is wrong. Applications that you open get it too.",
  firstName: "First name",
  lastName: "Last name",
  display: "Time and look",
  displayHint: "Only you see these.",
  timeZone: "Time zone",
  timeZoneHint: "Type a city to find its zone. All times are shown in it.",
  theme: "Look",
  system: "Like this device",
  light: "Light",
  dark: "Dark",
  save: "Save changes",
  savedNotice: "Changes saved",

  account: "Your account",
  accountHint: "Ask an administrator to change your role.",
  role: "Role",
  member: "Member",
  admin: "Administrator",
  superAdmin: "Super administrator",
  addresses: "E-mail addresses",
  addressesHint: "Each verified one signs you in.",
  addressesManage: "Manage addresses",
  primary: "Primary",
  verified: "Verified",
  unverified: "Not verified",
  security: "Password, second step and devices",
});
