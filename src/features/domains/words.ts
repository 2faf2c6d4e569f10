// Domains in a sentence.
import { texts } from "./texts.ts";

const namedMost = 10;

/** "example.com, example.org or example.net"; the first ten, and how many more there are. */
export function namedDomains(domains: readonly string[]): string {
  const rest = domains.length - namedMost;
  if (rest > 0) return texts.andMore(domains.slice(0, namedMost).join(", "), rest);
  const [first = "", ...others] = domains.toReversed();
  return others.length === 0 ? first : texts.or(others.toReversed().join(", "), first);
}
