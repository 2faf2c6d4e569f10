// The settings as the page and the API say them, and the list of keys that come to their end.
import { z } from "zod";
import { FederationSettings as Values } from "#features/federation/index.ts";
import { texts } from "./texts.ts";

const numberOf = (value: unknown): unknown =>
  typeof value === "string" && /^\s*\d{1,9}\s*$/.test(value) ? Number(value) : value;

/** A form sends texts. */
function readForm(raw: unknown): unknown {
  if (typeof raw !== "object" || raw === null) return raw;
  const typed = raw as Readonly<Record<string, unknown>>;
  const numbers = ["certificateYears", "rotationWindowDays", "version"].flatMap((field) =>
    field in typed ? [[field, numberOf(typed[field])] as const] : [],
  );
  return { ...typed, ...Object.fromEntries(numbers) };
}

/** All of the settings. */
export const FederationSettingsInput = z.preprocess(
  readForm,
  Values.extend({
    /** The one that was read: nobody overwrites what they have not seen. */
    version: z
      .int({ error: () => texts.versionMissing })
      .min(0, { error: () => texts.versionMissing }),
  }),
);
export type FederationSettingsInput = z.infer<typeof FederationSettingsInput>;

export const FederationSettings = Values.extend({
  /** To be sent back with a change. */
  version: z.int(),
});
export type FederationSettings = z.infer<typeof FederationSettings>;

/** A key that signs for a connection and whose certificate ends within the window, or has ended. */
export const EndingKey = z.object({
  kind: z.enum(["application", "identity_provider"]),
  /** Of the application or the identity provider. */
  id: z.uuid(),
  name: z.string(),
  isEnabled: z.boolean(),
  expiresAt: z.date(),
  /** Since when the next certificate is in our metadata; null: it is not yet. */
  preparedAt: z.date().nullable(),
});
export type EndingKey = z.infer<typeof EndingKey>;
/** The first ones to end come first; at most 200. */
export const EndingKeyList = z.object({ items: z.array(EndingKey) });
