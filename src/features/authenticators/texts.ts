import { defineTexts } from "#platform/texts.ts";

export const texts = defineTexts("authenticators", {
  passwordMissing: "Type the password",
  passwordGoodEnough: "Good enough",
  passwordAddWords: "Add a word or two that do not belong together",
  codeMissing: "Type the code",
  codeTooLong: "That is longer than any code",
});
