// The state table of a sign-in, as data: README.md prints it, the tests walk it, and nothing moves a row in any other way.
import type { SignInState } from "./schema.ts";

export interface StateRow {
  /** The page that asks what this state asks; null where nothing is asked any more. */
  readonly page: string | null;
  /** What makes a new row begin here; null when nothing does. */
  readonly begins: string | null;
  /** What is certain by now about whoever holds the handle. */
  readonly known: string;
  /** Where a sign-in goes from here and what takes it there. `gone`: the row is deleted. */
  readonly next: Readonly<Partial<Record<SignInState | "gone", string>>>;
}

const secondSteps = {
  email_code: "their second step is a code by e-mail",
  totp: "their second step is the app",
  passkey: "their second step is a passkey",
} as const;

export const signInTable: Readonly<Record<SignInState, StateRow>> = {
  email_proof: {
    page: "/sign-in/proof",
    begins:
      "an address, where the tenant asks for the mailbox first and this browser is not trusted",
    known: "nothing",
    next: {
      password: "the mailed code",
      done: "a passkey of anybody",
      gone: "a fifth code is asked for",
    },
  },
  password: {
    page: "/sign-in/password",
    begins: "an address; a password that was reset by a link",
    known: "nothing, or the mailbox",
    next: {
      provider:
        "the person chose the provider that their address leads to, or one that everybody is offered",
      email_proof: "the tenant is under a flood of guesses and nothing vouches for this browser",
      new_password: "right password that must be replaced",
      ...secondSteps,
      enrol: "right password, mailbox proven, and more is asked for than that",
      done: "right password, mailbox proven or device remembered; a passkey of anybody",
    },
  },
  new_password: {
    page: "/sign-in/new-password",
    begins: "the button behind the link of an invitation or of a reset",
    known: "the mailbox, by the link; or the old password",
    next: {
      ...secondSteps,
      enrol: "mailbox proven, and more is asked for than that",
      done: "mailbox proven by a code, old password right",
      gone: "reset by a link: a new row begins at `password`",
    },
  },
  email_code: {
    page: "/sign-in/code",
    begins: null,
    known: "the password",
    next: {
      done: "the mailed code; a passkey of this person",
      enrol: "the mailed code, and more is asked for than that",
      gone: "a fifth code is asked for",
    },
  },
  totp: {
    page: "/sign-in/totp",
    begins: null,
    known: "the password",
    next: {
      done: "a code of the app, or a backup code; a passkey of this person",
      passkey: "the person chose it; or the app is not strong enough and they have one",
      enrol:
        "a code of the app, or a backup code, and a passkey is asked for that they do not have",
      gone: "five wrong codes",
    },
  },
  passkey: {
    page: "/sign-in/passkey",
    begins: null,
    known: "the password, or also another second step",
    next: {
      done: "a passkey of this person; a backup code, where that is strong enough",
      totp: "the person chose it, and it is strong enough",
      enrol: "a backup code in the place of a suspended passkey, and a passkey is asked for",
      gone: "five wrong codes",
    },
  },
  enrol: {
    page: "/sign-in/enrolment",
    begins: null,
    known: "the password and the strongest second step the person has",
    next: {
      done: "the first code of the new app; or later: within the days of grace, or without the application that asks for it",
      passkey: "a passkey was set up: it is used at once",
    },
  },
  provider: {
    page: "/sign-in/provider",
    begins:
      "an address whose domain is bound to an identity provider, or any where the tenant has a default; or the provider itself was chosen, or its link followed",
    known: "nothing",
    next: {
      provider:
        "its word is not enough, and it is asked once more: for several factors, for fewer, or for fresh proof",
      link: "its word for the first time, about an administrator or somebody who has an app or a passkey here",
      ...secondSteps,
      enrol: "its word, which counts as a second step, and more is asked for than that",
      done: "its word, where that is enough; a passkey of anybody",
    },
  },
  link: {
    page: "/sign-in/link",
    begins: null,
    known: "the provider's word",
    next: {
      new_password: "right password that must be replaced",
      ...secondSteps,
      done: "a passkey of this person",
    },
  },
  done: { page: null, begins: null, known: "who it is", next: {} },
};
