// Languages by BCP 47 (RFC 5646), in the canonical form, with English names (Unicode CLDR by this runtime).

const names = new Intl.DisplayNames("en", { type: "language", fallback: "none" });
const letters = "abcdefghijklmnopqrstuvwxyz".split("");

/** The languages that ISO 639-1 has two letters for, by name: what is proposed. Others are known by their tag. */
export const languages: readonly { readonly tag: string; readonly name: string }[] = letters
  .flatMap((one) => letters.map((other) => one + other))
  .filter((tag) => Intl.getCanonicalLocales(tag)[0] === tag)
  .flatMap((tag) => {
    const name = names.of(tag);
    return name === undefined ? [] : [{ tag, name }];
  })
  .toSorted((one, other) => one.name.localeCompare(other.name, "en"));

const tagByName = new Map(languages.map(({ tag, name }) => [name.toLowerCase(), tag]));

/**
 * The tag of a language that is meant by a tag in any case (`de-ch`, `de_CH`) or by its English name; null: there is no such language.
 * "german" has the shape of a tag, too (RFC 5646 §2.1), so a tag counts when its language is known.
 */
export function findLanguage(typed: string): string | null {
  const text = typed.trim();
  const named = tagByName.get(text.toLowerCase());
  if (named !== undefined) return named;
  try {
    const tag = Intl.getCanonicalLocales(text.replaceAll("_", "-"))[0] ?? "";
    return languageName(tag) === null ? null : tag;
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

/** "Swiss High German" for `de-CH`; null: not known. */
export function languageName(tag: string): string | null {
  try {
    return names.of(tag) ?? null;
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}
