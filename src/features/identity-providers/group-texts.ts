// What is said about the groups that a provider gives.
import { defineTexts } from "#platform/texts.ts";

export const texts = defineTexts("identity-providers-groups", {
  madeBy: (provider: string, base: string) => `Made for a group of ${provider}, below ${base}.`,
  madeName: (value: string, provider: string) => `${value} (${provider})`,

  // Trying a connection out
  testTitle: "Groups",
  testNobody: "For somebody new; nobody here is this person yet.",
  testAdd: "Would be given",
  testRemove: "Would be taken away",
  testCreate: "Would be made and given",
  testIgnored: "Stand for no group of yours",
  testSame: "Nothing would change.",
  testUnusable: (count: number) =>
    `${count} names came, more than 200, or none that can be a name: they are not taken, and nobody loses a group by it.`,
  testOverage:
    "Instead of the groups a link to them came, as Microsoft Entra does from 151 groups on. Have it send only the groups assigned to the application.",
  testUnsaidKept: "The claim is missing: what the person has stays, as it is set.",
  testUnsaidRemoved: "The claim is missing: what the provider gave goes, as it is set.",

  // Audit trail
  eventTaken: "Groups of a person taken over from an identity provider",
  eventTakenBack: "Memberships that an identity provider gave taken back",
  eventMade: "Group made for a value of an identity provider",
});
