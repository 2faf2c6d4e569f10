// What is said about coming in by a provider that the address does not lead to.
import { defineTexts } from "#platform/texts.ts";

export const providerTexts = defineTexts("sign-in-with", {
  another: "Sign in another way",
  chooseTitle: "Sign in another way",
  chooseLead: (tenant: string) =>
    `If ${tenant} has you sign in by one of these, choose it. Nothing here depends on the address that you typed.`,
  chooseNone: "There is no other way than the one that your address leads to.",
  back: "Back",
  goLead: (tenant: string) => `You are about to sign in to ${tenant} with it.`,
  goSubmit: "Continue",
  awaySentElsewhere: (provider: string, tenant: string) =>
    `An administrator of ${tenant} has decided that you come in another way than by ${provider}: by the way that the message about it names, or with what you have here. “Forgotten password?” tells you which it is.`,
});
