// What is said about trying a connection out.
import { defineTexts } from "#platform/texts.ts";

export const testTexts = defineTexts("identity-providers-tests", {
  test: "Test sign-in",
  testHint:
    "Goes to the provider and shows what comes back: name, attributes, and in words why it would be refused. It signs nobody in, and works before the connection is enabled.",
  testTitle: (name: string) => `Test of ${name}`,
  testWaiting: "Sign in at the provider in the other window. What comes back is shown there.",
  testGo: "Go to the provider",
  testAgain: "Test again",
  testGoingTitle: (name: string) => `On to ${name}`,
  testGoingLead: "This is a test: nobody is signed in by it.",
  testNotFound: "There is no such test; it is kept for ten minutes",
  testPassed: "This person would come in.",
  testRefused: "This would be refused:",
  testCame: "What came",
  testWould: "What we would make of it",
  testNothing: "Nothing that could be shown",
  testContext: "How the person signed in there",
  testFactors: "Counts as",
  factorNone: "The first step: a second one of ours always follows",
  factorSingle: "Any second step, though it names none: ours is asked for where more is needed",
  factorNamedSingle:
    "The first step: it says that there was no other, so a second one of ours follows",
  factorMulti: "Strong: several factors were used there",
  factorResistant: "Phishing-resistant",
  testNoNames: "First or last name is missing: somebody new could not be created.",
  testNoEmail: "No address came: somebody new could not be recognised or created.",
  noValue: "None",
});
