// The settings of a tenant's connections, as every part reads and writes them.
import { z } from "zod";
import { texts } from "./texts.ts";

/** Which of a person's groups an application is told of (README.md). */
export const GroupScope = z.enum(["access_relevant", "all", "none"], {
  error: () => texts.scopeUnknown,
});
export type GroupScope = z.infer<typeof GroupScope>;

/** An application's own; null, and the empty choice of a form: as the organisation says. */
export const OwnGroupScope = z.preprocess(
  (value) => (value === "" ? null : value),
  GroupScope.nullable(),
);

export const certificateYears = [1, 2, 3, 5, 10] as const;
export const rotationWindows = [14, 30, 60, 90] as const;

export const FederationSettings = z.object({
  groupScope: GroupScope,
  /** Of keys that are made from now on. */
  certificateYears: z.literal(certificateYears, { error: () => texts.yearsUnknown }),
  /** Days before a certificate's end at which the next key is prepared. */
  rotationWindowDays: z.literal(rotationWindows, { error: () => texts.windowUnknown }),
});
export type FederationSettings = Readonly<z.infer<typeof FederationSettings>>;
export type FederationField = keyof FederationSettings;
export const federationFields = FederationSettings.keyof().options;

export const defaultFederationSettings: FederationSettings = {
  groupScope: "access_relevant",
  certificateYears: 5,
  rotationWindowDays: 90,
};
