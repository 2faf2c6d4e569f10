// What people read about accounts that nobody has used for long.
import { defineTexts } from "#platform/texts.ts";

const days = (n: number) => (n === 1 ? "1 day" : `${n} days`);

export const texts = defineTexts("inactivity", {
  warnedEvent: "Person warned of deactivation after a long absence",

  greeting: (firstName: string) => `Hello ${firstName},`,
  warningSubject: (tenant: string, left: number) =>
    `Your account at ${tenant} will be deactivated in ${days(left)}`,
  warning: (tenant: string, after: number, left: number) =>
    `You have not signed in at ${tenant} for a long time. Accounts that nobody used for ${days(after)} are deactivated; yours will be in ${days(left)}.`,
  warningHow: "Sign in once, and it stays as it is.",
  signIn: "Sign in",
  warningNote: "If you do not need the account any more, there is nothing to do.",

  digestSubject: (tenant: string, count: number) =>
    count === 1
      ? `1 person at ${tenant} was deactivated`
      : `${count} people at ${tenant} were deactivated`,
  digest: (after: number) => `Nobody had seen these people for ${days(after)}:`,
  digestMore: (count: number) => `and ${count} more`,
  digestHow: "You can reactivate each of them on their page.",
  users: "Show deactivated people",
});
