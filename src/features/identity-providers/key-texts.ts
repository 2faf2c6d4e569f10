// What is said about the keys that sign requests.
import { defineTexts } from "#platform/texts.ts";

export const keyTexts = defineTexts("identity-providers-keys", {
  keys: "Signing keys",
  keysHint:
    "What we sign requests to this provider with, and nothing else. Replace it in two steps: prepare the next key, whose certificate is then in our metadata, and switch to it once the provider knows it.",
  keyState: "State",
  keyActive: "Signs now",
  keyNext: "Prepared",
  keyRetired: "Retired",
  keyFingerprint: "Certificate (SHA-256)",
  keyExpires: "Valid until",
  keySince: "Since",
  keyPrepare: "Prepare next key",
  keyPreparedNotice:
    "The next key is prepared. Its certificate is in our metadata; it does not sign yet.",
  keySwitch: "Switch to it",
  keySwitchTitle: (name: string) => `Sign requests to ${name} with the next key?`,
  keySwitchBody:
    "From now on every request is signed with the prepared key. A provider that checks signatures and has not read our metadata since it was prepared refuses them. The key that signs now is erased: this cannot be undone.",
  keySwitchSubmit: "Switch to the next key",
  keySwitched: "Requests are signed with the new key",
  keyDiscard: "Discard",
  keyDiscardTitle: "Discard the prepared key?",
  keyDiscardBody: "Its certificate leaves our metadata. The key never signed.",
  keyDiscardSubmit: "Discard key",
  keyDiscarded: "The prepared key is discarded",
  keyNotFound: "There is no such key",
  keyIsPrepared: "The next key is prepared already: switch to it, or discard it first",
  keyNotPrepared: "This key is not the prepared one any more",
  ourKeyExpires: "The certificate that we sign requests with expires on",
  ourKeyExpiresDo:
    "The next key is prepared by itself within a day, or by you now. Then let the provider’s administrator know.",
  ourKeySwitchDo:
    "The next key is prepared: see that the provider has its certificate, then switch to it.",
  ourKeyExpired: "The certificate that we sign requests with has expired on",
  ourKeyGoesOn:
    "We go on signing with it, because most providers know the key and do not look at dates; those that do refuse it.",
  ourKeyExpiredDo: "Prepare the next key, give it to the provider, and switch to it.",
  theirKeyExpires: "The newest certificate of the provider expires on",
  theirKeyExpiresDo:
    "Ask its administrator for new metadata. An expired one is taken until it is replaced.",
});
