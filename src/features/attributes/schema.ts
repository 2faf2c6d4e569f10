// Attributes and what a tenant makes of them, as forms and scripts say them.
import { z } from "zod";
import { IdentityProviderId } from "#src/ids.ts";
import {
  AttributeCategory,
  AttributeKey,
  attributes,
  attributeKeys,
  perAttribute,
} from "./registry.ts";
import { texts } from "./texts.ts";
import { sentValue } from "./values.ts";

/** Whose word a value is: a provider's, an administrator's, or the person's own. */
export const AttributeSource = z.enum(["idp", "admin", "self"]);
export type AttributeSource = z.infer<typeof AttributeSource>;

/** What is absent stays as it is, null or an empty text clears. Values are those to keep (`values.ts`). */
export const AttributeChanges = z.object(perAttribute(sentValue)).partial();
export type AttributeChanges = z.infer<typeof AttributeChanges>;

/** The same as a part of something: who names a key that does not exist is told so, and nothing is dropped. */
export const NewAttributes = z.strictObject(AttributeChanges.shape, {
  error: () => texts.keyUnknown(attributeKeys.join(", ")),
});

/** The same by itself. */
export const AttributeChangesInput = NewAttributes.refine(
  (changes) => Object.keys(changes).length > 0,
  { error: () => texts.nothingToChange },
);

const flag = z.boolean({ error: () => texts.yesOrNo });

/** What a tenant makes of one attribute. */
export const AttributeFlags = z.object({
  /** In use: shown, asked for, kept up to date. Else its values rest where they are and nobody is shown or sent them. */
  enabled: flag,
  /** Who has none is told, and found by administrators. */
  required: flag,
  /** What an identity provider says takes the place of what is there. */
  mirrorFromProvider: flag,
  /** People leave their own to administrators and providers. */
  lockedForUsers: flag,
  /** Applications may get it. */
  sendToApplications: flag,
  /** They may get it also where nobody but the person said it. */
  allowSelfSourced: flag,
});
export type AttributeFlags = Readonly<z.infer<typeof AttributeFlags>>;
export type AttributeFlag = keyof AttributeFlags;
export const attributeFlags = AttributeFlags.keyof().options;

/** What a tenant makes of all of them. */
export type AttributeSettings = Readonly<Record<AttributeKey, AttributeFlags>>;

/**
 * Of a tenant that has saved none: in use is what a business card says. A private number, where somebody lives and their number in a
 * staff file wait until somebody decides that they are needed (GDPR Art. 25 (2)).
 */
export const defaultSettings: AttributeSettings = perAttribute((key) => ({
  enabled: attributes[key].enabledByDefault,
  required: false,
  mirrorFromProvider: true,
  lockedForUsers: false,
  sendToApplications: true,
  allowSelfSourced: false,
}));

/** One value in force. */
export const AttributeValue = z.object({
  key: AttributeKey,
  value: z.string(),
  source: AttributeSource,
  /** Which provider said it; null: none, or one that is gone. */
  identityProvider: z.object({ id: IdentityProviderId, name: z.string() }).nullable(),
  updatedAt: z.iso.datetime(),
});
export type AttributeValue = z.infer<typeof AttributeValue>;

/** One attribute of somebody, whether or not it has a value. */
export const PersonAttribute = z.object({
  key: AttributeKey,
  category: AttributeCategory,
  /** Null: nothing is said. */
  value: z.string().nullable(),
  source: AttributeSource.nullable(),
  identityProvider: z.object({ id: IdentityProviderId, name: z.string() }).nullable(),
  updatedAt: z.iso.datetime().nullable(),
  /** A value is asked for. */
  isRequired: z.boolean(),
  /** It is asked for and not there. */
  isMissing: z.boolean(),
  /** The person cannot change it. */
  isLocked: z.boolean(),
});
export type PersonAttribute = z.infer<typeof PersonAttribute>;

const version = z
  .int({ error: () => texts.versionMissing })
  .min(0, { error: () => texts.versionMissing });

export const Settings = z.object({
  /** To be sent back with a change. */
  version: z.int(),
  attributes: z.object(perAttribute(() => AttributeFlags)),
});
export type Settings = z.infer<typeof Settings>;

const Change = z
  .object({
    /** The one that was read: nobody overwrites what they have not seen. */
    version,
    attributes: z.strictObject(perAttribute(() => AttributeFlags)),
  })
  .superRefine((sent, context) => {
    for (const key of attributeKeys)
      if (sent.attributes[key].required && !sent.attributes[key].enabled)
        context.addIssue({
          code: "custom",
          path: ["attributes", key, "required"],
          message: texts.requiredUnused(texts[key]),
        });
  });

/** All settings at once. A form sends a box `attributes.<key>.<switch>` for each that is on, and says that it is the form. */
export const SettingsInput = z.preprocess(readForm, Change);
export type SettingsInput = z.infer<typeof SettingsInput>;

/** The field of a form that holds one switch. */
export const switchName = (key: AttributeKey, name: AttributeFlag): string =>
  `attributes.${key}.${name}`;

function readForm(raw: unknown): unknown {
  if (typeof raw !== "object" || raw === null || !("switches" in raw)) return raw;
  const typed = raw as Readonly<Record<string, unknown>>;
  const sent = typed["version"];
  return {
    version: typeof sent === "string" && /^\d{1,9}$/.test(sent) ? Number(sent) : sent,
    attributes: perAttribute((key) =>
      Object.fromEntries(
        attributeFlags.map((name) => [name, typed[switchName(key, name)] === "on"]),
      ),
    ),
  };
}
