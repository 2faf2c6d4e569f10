// What is said about the keys that sign requests to a provider.
import type { KeyWords } from "#features/signing-keys/index.ts";
import { defineTexts } from "#platform/texts.ts";

export const keyTexts = defineTexts("identity-providers-keys", {
  hint: "What we sign requests to this provider with, and nothing else. Replace it in two steps: prepare the next key, whose certificate is then in our metadata, and switch to it once the provider knows it.",
  preparedNotice:
    "The next key is prepared. Its certificate is in our metadata; it does not sign yet.",
  switchTitle: (name: string) => `Sign requests to ${name} with the next key?`,
  switchBody:
    "From now on every request is signed with the prepared key. A provider that checks signatures and has not read our metadata since it was prepared refuses them. The key that signs now is erased: this cannot be undone.",
  switched: "Requests are signed with the new key",
  discardBody: "Its certificate leaves our metadata. The key never signed.",
  oursExpires: "The certificate that we sign requests with expires on",
  oursExpired: "The certificate that we sign requests with has expired on",
  oursGoesOn:
    "We go on signing with it, because most providers know the key and do not look at dates; those that do refuse it.",
  todoPrepare:
    "The next key is prepared by itself within a day, or by you now. Then let the provider’s administrator know.",
  todoPrepareLate: "Prepare the next key, give it to the provider, and switch to it.",
  todoSwitch:
    "The next key is prepared: see that the provider has its certificate, then switch to it.",
  theirsExpires: "The newest certificate of the provider expires on",
  theirsExpired: "The newest certificate of the provider has expired on",
  theirsTodo:
    "Ask its administrator for new metadata. An expired one is taken until it is replaced.",
} satisfies KeyWords);
