// The policy's words that several pages share.
import type { Strength } from "./schema.ts";
import { texts } from "./texts.ts";

/** What is asked as second step, in a word or two. */
export const strengthText: Readonly<Record<Strength, string>> = {
  baseline: texts.baseline,
  strong: texts.strong,
  phishing_resistant: texts.phishingResistant,
};
