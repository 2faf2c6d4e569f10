// The keys that sign requests to one provider.
import { keyPages } from "#features/signing-keys/index.ts";
import { keyTexts } from "../key-texts.ts";
import { texts } from "../texts.ts";

export const { Keys, Expiring, ConfirmSwitch, ConfirmDiscard } = keyPages({
  list: { href: "/identity-providers", label: texts.title },
  words: keyTexts,
});
