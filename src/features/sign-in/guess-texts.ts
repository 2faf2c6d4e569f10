// What somebody reads whose second step is being guessed.
import { defineTexts } from "#platform/texts.ts";

export const guessTexts = defineTexts("sign-in-guesses", {
  subject: (tenant: string) => `Somebody is guessing codes for your account at ${tenant}`,
  text: (tenant: string, provider: string | null) =>
    `${provider === null ? `Somebody who knows your password at ${tenant}` : `Somebody who signs in as you with ${provider}`} has typed so many wrong codes of your second step that no more are looked at for a while. They are not in.`,
  notYou:
    "Was that you? Then wait, or use a browser that you have signed in with before. Was that not you? Your password is known to somebody else: choose a new one at once, and another one wherever you use the same. Tell an administrator.",
  notYouThere: (provider: string) =>
    `Was that you? Then wait. Was that not you? Your account at ${provider} is in other hands: change your password there at once, and tell an administrator.`,
});
