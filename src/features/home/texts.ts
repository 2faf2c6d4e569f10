import { defineTexts } from "#platform/texts.ts";

export const texts = defineTexts("home", {
  title: "Home",
  greeting: (name: string) => `Hello, ${name}`,
  signedInAs: (email: string, tenant: string) =>
    `You are signed in to ${tenant} as ${email}, since `,
  dueTitle: "Protect your account better",
  dueSetUp: "Set it up",
  missing: (names: readonly string[]) =>
    `Your organisation asks for something that is missing in your profile: ${names.join(", ")}. `,
  fillIn: "Fill it in",
  myApps: "My Apps",
  emptyTitle: "No applications yet",
  emptyHint: "When your administrator gives you an application, it appears here.",
  emptyAdmin: "Register an application, then grant it to groups or to everyone.",
  register: "Register application",
});
