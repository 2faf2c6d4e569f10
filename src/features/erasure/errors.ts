import { defineError } from "#platform/errors.ts";
import { texts } from "./texts.ts";

export const stillThere = defineError("erasure.still_there", {
  status: 409,
  title: texts.stillThere,
});
export const confirmationWrong = defineError("erasure.confirmation_wrong", {
  status: 422,
  title: texts.confirmationWrong,
});
