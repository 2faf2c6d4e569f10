// What is said about the keys of every kind of connection; what is a kind's own is in its words (`parts.tsx`).
import { defineTexts } from "#platform/texts.ts";

export const texts = defineTexts("signing-keys", {
  keys: "Signing keys",
  state: "State",
  active: "Signs now",
  next: "Prepared",
  retired: "Retired",
  fingerprint: "Certificate (SHA-256)",
  since: "Since",
  expires: "Valid until",
  prepare: "Prepare next key",
  switch: "Switch to it",
  switchSince: "The next certificate is in our metadata since",
  switchSubmit: "Switch to the next key",
  discard: "Discard",
  discardTitle: "Discard the prepared key?",
  discardSubmit: "Discard key",
  discarded: "The prepared key is discarded",
  cancel: "Cancel",
  notFound: "There is no such key",
  isPrepared: "The next key is prepared already: switch to it, or discard it first",
  notPrepared: "This key is not the prepared one any more",
});
