// One's own account as the profile page and the API say it.
import { z } from "zod";
import { AttributeChanges } from "#features/attributes/index.ts";
import { FirstName, LastName } from "#features/users/index.ts";
import { ApiClientId, UserId } from "#src/ids.ts";
import { Role } from "#src/permissions.ts";
import { texts } from "./texts.ts";
import { findTimeZone } from "./time-zones.ts";

export const Theme = z.enum(["system", "light", "dark"], { error: () => texts.themeUnknown });
export type Theme = z.infer<typeof Theme>;

/** An IANA time zone; a city is enough where it is the only one of its name. */
export const TimeZone = z
  .string({ error: () => texts.zoneMissing })
  .trim()
  .min(1, { error: () => texts.zoneMissing })
  .max(100, { error: () => texts.zoneUnknown })
  .refine((zone) => findTimeZone(zone) !== null, { error: () => texts.zoneUnknown })
  .overwrite((zone) => findTimeZone(zone) ?? zone);

/** What the browser says of itself. */
export const BrowserZone = z.object({ timeZone: TimeZone });

/** What is absent stays as it is. */
export const ProfileChanges = z
  .object({ firstName: FirstName, lastName: LastName, timeZone: TimeZone, theme: Theme })
  .extend(AttributeChanges.shape)
  .partial()
  .refine((changes) => Object.keys(changes).length > 0, { error: () => texts.nothingToChange });
export type ProfileChanges = z.infer<typeof ProfileChanges>;

export const Profile = z.object({
  kind: z.literal("user"),
  id: UserId,
  firstName: z.string(),
  lastName: z.string(),
  /** The primary address. */
  email: z.string(),
  emails: z.array(
    z.object({
      email: z.string(),
      isPrimary: z.boolean(),
      verifiedAt: z.iso.datetime().nullable(),
    }),
  ),
  role: Role,
  timeZone: z.string(),
  theme: Theme,
});
export type Profile = z.infer<typeof Profile>;

export const ClientProfile = z.object({
  kind: z.literal("client"),
  id: ApiClientId,
  name: z.string(),
  role: Role,
});
export type ClientProfile = z.infer<typeof ClientProfile>;

/** Who is calling: a person, or a script's API client. */
export const Me = z.discriminatedUnion("kind", [Profile, ClientProfile]);
export type Me = z.infer<typeof Me>;
