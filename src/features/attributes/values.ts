// A value as it is typed, or as a provider sends it, and as it is kept: one form, so that the same is the same and applications can use it.
import { z } from "zod";
import { countryName, findCountry } from "#protocols/countries.ts";
import { findLanguage, languageName } from "#protocols/languages.ts";
import { normalisePhone, readablePhone } from "#protocols/phone.ts";
import { type AttributeKey, attributes, type AttributeType } from "./registry.ts";
import { texts } from "./texts.ts";

// Control characters break what is signed, direction marks make one value look like another, and XML has no place for the last two.
const printable = /^[^\p{Cc}\p{Cs}\u202A-\u202E\u2066-\u2069\uFFFE\uFFFF]*$/u;
/** Null: there is no such value. */
const readers: Readonly<Record<AttributeType, (text: string) => string | null>> = {
  text: (text) => text,
  note: (text) => text,
  phone: normalisePhone,
  country: findCountry,
  language: findLanguage,
};

const complaints: Readonly<Record<AttributeType, () => string>> = {
  text: () => texts.unprintable,
  note: () => texts.unprintable,
  phone: () => texts.phoneWrong,
  country: () => texts.countryWrong,
  language: () => texts.languageWrong,
};

/** Answers the value to keep, null for an empty one, or says what is wrong with it. */
export type ReadValue = { readonly value: string | null } | { readonly problem: string };

/** A value of any attribute as somebody or a provider says it: read by its type, brought to one form, bounded. */
export function readValue(key: AttributeKey, said: string): ReadValue {
  const { type, maxLength } = attributes[key];
  const text = said.normalize("NFC").replaceAll("\r\n", "\n").trim();
  if (text === "") return { value: null };
  // Before it is read: no parser gets more than it can keep, but for spelled-out names.
  if (text.length > Math.max(maxLength, 100)) return { problem: texts.tooLong(maxLength) };
  if (!printable.test(type === "note" ? text.replaceAll("\n", "") : text))
    return { problem: texts.unprintable };
  const value = readers[type](text);
  if (value === null) return { problem: complaints[type]() };
  return value.length > maxLength ? { problem: texts.tooLong(maxLength) } : { value };
}

/** A kept value as people read it: `Germany`, `+49 30 901820`, `Swiss High German (de-CH)`. */
export function valueText(key: AttributeKey, value: string): string {
  switch (attributes[key].type) {
    case "phone":
      return readablePhone(value);
    case "country":
      return countryName(value);
    case "language": {
      const name = languageName(value);
      return name === null ? value : `${name} (${value})`;
    }
    case "text":
    case "note":
      return value;
  }
}

/** One attribute as a form or a script sends it: null and an empty text clear it. */
export const sentValue = (key: AttributeKey) =>
  z
    .string({ error: () => texts.notText })
    .nullable()
    .transform((said, context): string | null => {
      if (said === null) return null;
      const read = readValue(key, said);
      if ("value" in read) return read.value;
      context.addIssue({ code: "custom", message: read.problem });
      return z.NEVER;
    });
