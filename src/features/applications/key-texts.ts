// What is said about the keys that sign for an application.
import type { KeyWords } from "#features/signing-keys/index.ts";
import { defineTexts } from "#platform/texts.ts";

export const keyTexts = defineTexts("applications-keys", {
  hint: "What we sign with for this application alone. Replace it in two steps: prepare the next key, whose certificate is then in our metadata, and switch to it once the application knows it.",
  preparedNotice:
    "The next key is prepared. Its certificate is in our metadata and on the setup page; it does not sign yet.",
  switchTitle: (name: string) => `Sign for ${name} with the next key?`,
  switchBody:
    "From now on every response is signed with the prepared key. Where the application has not read our metadata since it was prepared, or was given the certificate by hand, nobody can sign in to it until it has the new one. The key that signs now is erased: this cannot be undone.",
  switched: "Responses are signed with the new key",
  discardBody:
    "Its certificate leaves our metadata. An application that has read it already is not disturbed: the key never signed.",
  oursExpires: "The certificate that we sign with expires on",
  oursExpired: "The certificate that we sign with has expired on",
  oursGoesOn:
    "We go on signing with it, because most applications know the key and do not look at dates; those that do refuse it.",
  todoPrepare:
    "The next key is prepared by itself within a day, or by you now. Then let the application’s administrator know.",
  todoPrepareLate: "Prepare the next key, give it to the application, and switch to it.",
  todoSwitch:
    "The next key is prepared: see that the application has its certificate, then switch to it.",
  theirsExpires: "The certificate that its requests are signed with expires on",
  theirsExpired: "The certificate that its requests are signed with has expired on",
  theirsTodo: "Ask its administrator for new metadata.",
} satisfies KeyWords);
