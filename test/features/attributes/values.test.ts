// Values as they are typed or come from a provider, and the one form in which they are kept.
import { describe, expect, test } from "bun:test";
import { attributeKeys, attributes, readValue, valueText } from "#features/attributes/index.ts";
import { countries } from "#protocols/countries.ts";
import { languages } from "#protocols/languages.ts";

const kept = (key: Parameters<typeof readValue>[0], said: string) => {
  const read = readValue(key, said);
  return "value" in read ? read.value : `refused: ${read.problem}`;
};

describe("the registry", () => {
  test("has fourteen attributes, each with a name and an object identifier of its own", () => {
    expect(attributeKeys).toHaveLength(14);
    const all = attributeKeys.map((key) => attributes[key]);
    expect(new Set(all.map(({ oid }) => oid)).size).toBe(14);
    expect(new Set(all.map(({ friendlyName }) => friendlyName)).size).toBe(14);
    for (const { oid, friendlyName } of all) {
      expect(oid).toMatch(/^[012](\.\d+)+$/);
      expect(friendlyName).toMatch(/^[a-z][A-Za-z]*$/);
    }
  });
});

describe("a phone number", () => {
  test("is kept by E.164 however it was typed, with its extension", () => {
    for (const said of ["+49 (0)30 901820", "0049 30-901820", " +49.30.901820 ", "tel:+4930901820"])
      expect(kept("phone_work", said)).toBe("+4930901820");
    expect(kept("phone_work", "+1 (512) 315-0280 x12")).toBe("+15123150280 ext. 12");
    expect(kept("phone_work", "+15123150280 ext. 12")).toBe("+15123150280 ext. 12");
    expect(valueText("phone_work", "+4930901820")).toBe("+49 30 901820");
  });

  test("is refused without a country, with a text around it, and where it is too short or too long", () => {
    for (const said of ["030 901820", "call +4930901820 now", "+49 1", `+49${"1".repeat(30)}`, "+"])
      expect(kept("phone_mobile", said)).toContain("refused: Enter a phone number");
  });
});

describe("a country", () => {
  test("is any of ISO 3166-1, by code or name", () => {
    expect(countries).toHaveLength(249);
    for (const { code, name } of countries) {
      expect(name).not.toBe(code);
      expect(kept("country", name)).toBe(code);
    }
    expect(kept("country", "de")).toBe("DE");
    expect(kept("country", "cote d’ivoire")).toBe("CI");
    expect(valueText("country", "DE")).toBe("Germany");
  });

  test("is refused when there is none: an exceptional or a made-up code", () => {
    for (const said of ["UK", "EU", "XK", "ZZ", "Atlantis"])
      expect(kept("country", said)).toContain("refused: There is no such country");
  });
});

describe("a language", () => {
  test("is kept by its canonical tag, also where its name or an old separator was given", () => {
    expect(kept("preferred_language", "DE_ch")).toBe("de-CH");
    expect(kept("preferred_language", "german")).toBe("de");
    expect(kept("preferred_language", "iw")).toBe("he");
    expect(kept("preferred_language", "zh-hant-tw")).toBe("zh-Hant-TW");
    for (const { tag, name } of languages) expect(kept("preferred_language", name)).toBe(tag);
    expect(valueText("preferred_language", "de-CH")).toContain("(de-CH)");
  });

  test("is refused when there is none, though it has the shape of a tag", () => {
    for (const said of ["xx", "klingonish", "de-", "en;q=0.5"])
      expect(kept("preferred_language", said)).toContain("refused: There is no such language");
  });
});

describe("a text", () => {
  test("is trimmed and composed; nothing is no value", () => {
    expect(kept("job_title", "  Ingenieur  ")).toBe("Ingenieur");
    expect(kept("city", "Zu\u0308rich")).toBe("Z\u00fcrich");
    expect(kept("job_title", " \n ")).toBeNull();
    expect(kept("description", "one\r\ntwo")).toBe("one\ntwo");
  });

  test("is refused where it is too long, or would break or forge what is shown and signed", () => {
    expect(kept("postal_code", "1".repeat(21))).toBe("refused: Use at most 20 characters");
    expect(kept("job_title", "x".repeat(256))).toBe("refused: Use at most 255 characters");
    expect(kept("description", "x".repeat(2_001))).toBe("refused: Use at most 2000 characters");
    for (const said of ["one\ntwo", "a\u202Eb", "a\u0007b", "a\uFFFFb"])
      expect(kept("job_title", said)).toContain("refused: Remove");
    expect(kept("description", "a\u0007b")).toContain("refused: Remove");
  });
});
