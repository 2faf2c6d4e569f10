import { defineTexts } from "#platform/texts.ts";

export const texts = defineTexts("federation", {
  scopeUnknown: "Choose access_relevant, all or none",
  yearsUnknown: "Choose 1, 2, 3, 5 or 10 years",
  windowUnknown: "Choose 14, 30, 60 or 90 days",
  accessRelevant: "The groups that give access to the application",
  accessRelevantHint:
    "Where an application is open to everybody: all groups of the person, because no group in particular gives access.",
  all: "All groups of the person",
  allHint: "Also those that have nothing to do with the application.",
  none: "No groups",
  noneHint: "The attribute is left out. Applications that give rights by group give none then.",
});
