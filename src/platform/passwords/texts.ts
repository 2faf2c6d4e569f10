// What a person is told about a password they chose.
import { defineTexts } from "#platform/texts.ts";

export const texts = defineTexts("passwords", {
  busy: "Too many people are signing in at this moment: try again in a few seconds",
  tooLong: (most: number) => `Use at most ${most} characters`,
  tooShort: (least: number) => `Use at least ${least} characters`,
  common: "This is one of the passwords that are tried first: choose another",
  tooWeak: "This password is too easy to guess: add a word or two that do not belong together",
  breached: "This password has appeared in a data breach, so it will be tried: choose another",

  straightRow: "Keys that lie in a row are easy to guess",
  keyPattern: "Short patterns on the keyboard are easy to guess",
  simpleRepeat: "One character many times is easy to guess",
  extendedRepeat: "The same part many times is hardly harder to guess than that part once",
  sequences: "Sequences such as abc or 6543 are easy to guess",
  recentYears: "Years are easy to guess",
  dates: "Dates are easy to guess",
  widelyUsed: "Many people use this password",
  nearlyCommon: "This is close to a password that many people use",
  singleWord: "One word alone is easy to guess",
  names: "Names are easy to guess",
  aboutYou: "Leave out your name, your address and the name of your organisation",

  moreWords: "Add a word or two that are not common together",
  fewWords: "Several words that have nothing to do with each other make a good password",
  noNeed: "Digits, capitals and special characters are not needed",
  noSubstitutes: "A digit in place of a letter helps little",
  noReversing: "A word written backwards helps little",
  noCapitals: "Capitals throughout help little",
  noFirstCapital: "A capital at the start helps little",
  noDates: "Leave out dates and years that have to do with you",
  noRepeats: "Leave out repeated words and characters",
  longerPattern: "Make the keyboard pattern longer and turn more often",

  lessThanASecond: "less than a second",
  centuries: "centuries",
  seconds: (n: number) => (n === 1 ? "1 second" : `${n} seconds`),
  minutes: (n: number) => (n === 1 ? "1 minute" : `${n} minutes`),
  hours: (n: number) => (n === 1 ? "1 hour" : `${n} hours`),
  days: (n: number) => (n === 1 ? "1 day" : `${n} days`),
  months: (n: number) => (n === 1 ? "1 month" : `${n} months`),
  years: (n: number) => (n === 1 ? "1 year" : `${n} years`),
});
