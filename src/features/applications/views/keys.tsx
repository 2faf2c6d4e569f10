// The keys that sign for one application.
import { keyPages } from "#features/signing-keys/index.ts";
import { keyTexts } from "../key-texts.ts";
import { texts } from "../texts.ts";

export const { Keys, Expiring, ConfirmSwitch, ConfirmDiscard } = keyPages({
  list: { href: "/applications", label: texts.title },
  words: keyTexts,
});
