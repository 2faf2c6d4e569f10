// What people read about attributes that providers say.
import { defineTexts } from "#platform/texts.ts";

export const attributeTexts = defineTexts("identity-providers-attributes", {
  claims: "What else it says about people",
  claimsHint:
    "The claim that carries each attribute. Leave empty what it does not send. What it says at a sign-in takes the place of what is there where Settings, Attributes says so; a claim that does not come clears nothing.",
  unused: "Not in use here: kept for when it is",
  notMirrored: "Kept beside the profile, and not put in force",
  claimNoText: "Give the name of the claim, or nothing",
  claimTooLong: "Use at most 255 characters",
  row: "Further attributes",
  noneRead: "None",
  read: (count: number) => (count === 1 ? "1 is read" : `${count} are read`),
  testTitle: "What it says about the person",
  testText: "The claims that carry attributes of people, as they were read.",
  testNothing: "None of the claims that carry attributes came.",
  testUnused: "not in use here",
  testKept: "kept beside the profile",
  testTaken: "put in force",
  testEmpty: "Empty",
  testCleared: "takes back what it said before",
  testSkipped: "Cannot be used: it is skipped",
  attribute: "Attribute",
  value: "Value",
  becomes: "What becomes of it",
  keep: "Keep what it said about people on their profiles",
  keepHint:
    "Otherwise values are removed that came from it and are still as it said them last. What administrators and people wrote stays in any case.",
  eventSkipped: "Identity provider said attributes that cannot be used",
  eventTakenBack: "Attributes of an identity provider taken back",
});
