// The settings in words: for the page, and for whoever is told what changed meanwhile.
import {
  type FederationField,
  type FederationSettings,
  groupScopeText,
} from "#features/federation/index.ts";
import { texts } from "./texts.ts";

export const valueText: Readonly<
  Record<FederationField, (settings: FederationSettings) => string>
> = {
  groupScope: ({ groupScope }) => groupScopeText[groupScope],
  certificateYears: (settings) => texts.years(settings.certificateYears),
  rotationWindowDays: (settings) => texts.daysBefore(settings.rotationWindowDays),
};
