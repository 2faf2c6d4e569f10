import { defineTexts } from "#platform/texts.ts";

export const texts = defineTexts("devices", {
  notRemembered: "This device is not remembered any more",

  // Audit trail
  remembered: "Device remembered: no second step there for a while",
  forgotten: "Device forgotten: it asks for the second step again",
});
