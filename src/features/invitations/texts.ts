import { defineTexts } from "#platform/texts.ts";

export const texts = defineTexts("invitations", {
  title: (firstName: string) => `Welcome, ${firstName}`,
  lead: (tenant: string, email: string) =>
    `You are invited to ${tenant} as ${email}. Continue to confirm the address and choose a password.`,
  welcomeLead: (tenant: string, email: string) =>
    `Your account at ${tenant} is ${email}. Continue to choose a password.`,
  next: "Continue",
  steps: "Setting up your account",
  stepAddress: "Address",
  stepPassword: "Password",
  stepCode: "Second step",
  deadTitle: "This link does not work any more",
  deadText:
    "It was used already, is older than 7 days, or a newer one was sent. If you have chosen a password, sign in with it. Otherwise ask the administrator who invited you for a new link.",
  toSignIn: "Go to sign-in",

  // Mails
  greeting: (firstName: string) => `Hello ${firstName},`,
  subject: (tenant: string) => `You are invited to ${tenant}`,
  intro: (tenant: string) =>
    `You have been given an account at ${tenant}. Confirm your address and choose a password to use it.`,
  button: "Set up my account",
  note: "The link is good for 7 days and works once. If you did not expect it, do nothing.",
  welcomeSubject: (tenant: string) => `Welcome to ${tenant}`,
  welcomeIntro: (tenant: string) =>
    `You have been given an account at ${tenant}, and this address is how you sign in. Choose a password to use it.`,
  welcomeButton: "Choose my password",
  foundingSubject: (tenant: string) => `Set up ${tenant}`,
  foundingIntro: (tenant: string) =>
    `${tenant} is ready, and you are its first administrator. Confirm your address and choose a password; then you can invite others and connect applications.`,
  foundingButton: "Set up the organisation",
  acceptedSubject: (tenant: string) => `Your invitation to ${tenant} was accepted`,
  acceptedText: (name: string, email: string, tenant: string) =>
    `${name} (${email}) accepted your invitation to ${tenant} and confirmed the address. They choose their password next.`,
  welcomedText: (name: string, email: string, tenant: string) =>
    `${name} (${email}) opened the message that welcomed them to ${tenant}. They choose their password next.`,
  acceptedButton: "Open their profile",
  acceptedNote:
    "Is this not whom you meant to invite? Deactivate the account on that page: it is signed out at once.",

  // Audit trail
  sent: "Invitation sent",
  accepted: "Invitation opened, address confirmed",

  // Refusals
  alreadyAccepted: "This person has set up their account already",
  deactivated: "This person is deactivated: reactivate them first",
  notFound: "There is no such person",
  everybody: "everybody",
  client: (name: string) => `API client “${name}”`,
  sentTooMany:
    "So many invitations went out that no more are sent for a while. The page Limits says until when",
  tooMany: "This person was invited several times within the hour: wait before sending another",
});
