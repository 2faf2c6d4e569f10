// What people read about passwords that must be replaced.
import { defineTexts } from "#platform/texts.ts";

export const texts = defineTexts("password_resets", {
  noPassword: "This person has no password here, so there is none to replace",
  ownPassword: "Change your own password on the page Security",
  cannotLift:
    "Only what an administrator asked for can be taken back: this password was found in a breach, or is less than your settings ask for",

  title: (name: string) => `New password for ${name}`,
  users: "Users",
  question: (name: string) => `Require a new password from ${name}?`,
  text: "All sessions end at once. The next sign-in with the present password leads to choosing another one, and a message tells the person why. Passkeys go on working.",
  submit: "Require a new password",
  back: "Keep as it is",
  already: "A new password is required",
  alreadyAdmin:
    "An administrator asked for it. The next sign-in with the present password leads to choosing another one.",
  alreadyBreach:
    "The present password appeared in a data breach. The next sign-in with it leads to choosing another one.",
  alreadyPolicy:
    "The present password is less than your settings ask for. The next sign-in with it leads to choosing another one.",
  lift: "Take back the requirement",
  requiredNotice: "A new password is required at the next sign-in",
  liftedNotice: "The requirement is taken back",
  liftedToPolicyNotice:
    "The requirement is taken back, but the password is less than your settings ask for: another one is still required",

  resetRequiredEvent: "New password required",
  resetLiftedEvent: "New password not required any more",
  breachFoundEvent: "Password found in a data breach",

  requiredSubject: (tenant: string) => `You need a new password at ${tenant}`,
  requiredText: (tenant: string) =>
    `An administrator of ${tenant} asks you to choose a new password. You were signed out everywhere; the next time you sign in with your present password, you choose another one.`,
  breachSubject: (tenant: string) => `Your password at ${tenant} is known from a data breach`,
  breachText: (tenant: string) =>
    `The password of your account at ${tenant} appeared in a list of passwords stolen elsewhere. Nobody has been seen using it here, but attackers try such lists, so it opens nothing any more. You were signed out everywhere; sign in with it once more to choose another one. If you use it anywhere else, change it there too.`,
  wayOut: "You can also choose a new password now, by a link to this mailbox.",
  button: "Choose a new password",

  greeting: (firstName: string) => `Hello ${firstName},`,
  digestSubject: (tenant: string, count: number) =>
    count === 1
      ? `A password at ${tenant} is known from a data breach`
      : `${count} passwords at ${tenant} are known from data breaches`,
  digestText: (count: number) =>
    count === 1
      ? "The weekly check found the password of one person in a list of stolen passwords. It opens nothing any more; the person was signed out and told."
      : `The weekly check found the passwords of ${count} people in lists of stolen passwords. They open nothing any more; the people were signed out and told.`,
  digestHow: "Nothing has to be done. Ask whoever does not answer whether they can sign in.",
  digestButton: "Show who",
});
