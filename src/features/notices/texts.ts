import { defineTexts } from "#platform/texts.ts";

export const texts = defineTexts("notices", {
  greeting: (firstName: string) => `Hello ${firstName},`,
  from: (when: string, device: string, ip: string) => `${when}, from ${device} (${ip}).`,
  byAnother: (when: string) => `${when}, by an administrator.`,
  byOperator: (when: string) => `${when}, on the server itself.`,
  byItself: (when: string) => `${when}.`,
  notYou: "Was that not you? Choose a new password at once and tell an administrator.",
  button: "Choose a new password",
});
