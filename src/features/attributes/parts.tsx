// Attributes as parts of other features' pages: the fields of a form by category, and who said a value.
import type { Child } from "hono/jsx";
import { controlOf, FieldFrame } from "#platform/ui/field.tsx";
import { Field, Grid, Section, Select } from "#platform/ui/index.ts";
import { countries } from "#protocols/countries.ts";
import { languages } from "#protocols/languages.ts";
import {
  AttributeCategory,
  type AttributeKey,
  attributes,
  type AttributeType,
} from "./registry.ts";
import type { PersonAttribute } from "./schema.ts";
import { texts } from "./texts.ts";

/** What an attribute is called. */
export const attributeName = (key: AttributeKey): string => texts[key];

/** "From Okta": whose word a value is. */
export function sourceText({
  source,
  identityProvider,
}: Pick<PersonAttribute, "source" | "identityProvider">): string {
  switch (source) {
    case "self":
      return texts.bySelf;
    case "admin":
      return texts.byAdmin;
    case "idp":
      return identityProvider === null
        ? texts.byFormerProvider
        : texts.byProvider(identityProvider.name);
    case null:
      return "";
  }
}

/** What a form of these attributes starts with. */
export const attributeValues = (
  items: readonly PersonAttribute[],
): Partial<Record<AttributeKey, string>> =>
  Object.fromEntries(items.map(({ key, value }) => [key, value ?? ""]));

export interface AttributeFieldsProps {
  readonly items: readonly PersonAttribute[];
  /** Whose form it is: people find what they cannot change locked, with who keeps it; others find who said what is there. */
  readonly own: boolean;
  /** Before the name of each field. */
  readonly prefix?: string;
  /** Without sections: for a few fields. */
  readonly plain?: boolean;
}

/** A section for each category that has an attribute in use. Inside a form. */
export const AttributeFields = ({ items, own, prefix = "", plain }: AttributeFieldsProps) => (
  <>
    {plain === true &&
      items.map((item) => <AttributeField item={item} own={own} name={`${prefix}${item.key}`} />)}
    {AttributeCategory.options.map((category) => {
      const among = items.filter((item) => item.category === category);
      return (
        plain !== true &&
        among.length > 0 && (
          <Section title={texts[category]}>
            <Grid wide>
              {among.map((item) => (
                <AttributeField item={item} own={own} name={`${prefix}${item.key}`} />
              ))}
            </Grid>
          </Section>
        )
      );
    })}
  </>
);

interface OneProps {
  readonly item: PersonAttribute;
  readonly own: boolean;
  readonly name: string;
}

function AttributeField({ item, own, name }: OneProps) {
  const { type, maxLength, autocomplete } = attributes[item.key];
  const readonly = own && item.isLocked;
  const question = {
    name,
    label: texts[item.key],
    hint: hintOf(item, own),
    autocomplete: own ? autocomplete : "off",
  };
  // A list cannot be read only; as a text it can, and says the same.
  if (type === "country" && !readonly)
    return <Select {...question} required={item.isRequired} options={countryOptions} />;
  if (type === "language" && !readonly) return <LanguageField {...question} />;
  return (
    <Field
      {...question}
      type={kinds[type]}
      readonly={readonly}
      required={item.isRequired && !readonly}
      maxlength={maxLength}
      spellcheck={type === "note"}
    />
  );
}

const kinds: Readonly<Record<AttributeType, "text" | "textarea" | "tel">> = {
  text: "text",
  note: "textarea",
  phone: "tel",
  country: "text",
  language: "text",
};

/** What is asked for, who keeps it or said it, and how it is written: in this order, as far as there is something to say. */
function hintOf(item: PersonAttribute, own: boolean): Child {
  const sentences = [
    ...(item.isMissing ? [texts.missing] : []),
    ...(own ? (item.isLocked ? [keeperText(item)] : shapeOf(item.key)) : []),
    ...(own
      ? []
      : [...(item.source === null ? [] : [`${sourceText(item)}.`]), ...shapeOf(item.key)]),
  ];
  return sentences.length === 0 ? undefined : sentences.join(" ");
}

const keeperText = ({ identityProvider }: PersonAttribute): string =>
  identityProvider === null ? texts.keptByAdmins : texts.keptByProvider(identityProvider.name);

function shapeOf(key: AttributeKey): string[] {
  if (key === "display_name") return [texts.displayNameHint];
  if (attributes[key].type === "phone") return [texts.phoneHint];
  if (attributes[key].type === "language") return [texts.languageHint];
  return [];
}

const countryOptions = [
  { value: "", label: texts.noChoice },
  ...countries.map(({ code, name }) => ({ value: code, label: name })),
];

/** A text field that proposes languages: typing finds one, and without proposals its name or tag can be typed. */
function LanguageField(question: {
  name: string;
  label: string;
  hint: Child;
  autocomplete: string;
}) {
  const { id, kept, problem, attributes: common } = controlOf(question);
  return (
    <FieldFrame {...question} id={id} problem={problem}>
      <input
        class="input"
        type="text"
        {...common}
        list={`${id}-languages`}
        value={typeof kept === "string" ? kept : ""}
        maxlength={100}
        autocomplete={question.autocomplete}
        spellcheck={false}
      />
      <datalist id={`${id}-languages`}>
        {languages.map(({ tag, name }) => (
          <option value={tag} label={name}></option>
        ))}
      </datalist>
    </FieldFrame>
  );
}
