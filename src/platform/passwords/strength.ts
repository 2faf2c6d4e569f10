// How hard a password is to guess (zxcvbn), and whether it is one of the common ones. Server-side only; loaded with the first use.
import type { FeedbackType, OptionsType, ZxcvbnFactory } from "@zxcvbn-ts/core";
import { characterCount, normalise, passwordMaxLength } from "./password.ts";
import { texts } from "./texts.ts";

/** `assessPassword` finds all but the last, which `breached` answers. */
export type PasswordProblem = "too_long" | "too_short" | "too_weak" | "common" | "breached";

export interface PasswordPolicy {
  readonly minLength: number;
  /** Lowest acceptable zxcvbn score. */
  readonly minScore: PasswordScore;
  /** What an attacker knows of this person: names, e-mail address, organisation. */
  readonly inputs: readonly string[];
}

export type PasswordScore = 0 | 1 | 2 | 3 | 4;

export interface PasswordAssessment {
  readonly ok: boolean;
  /** 0 guessed at once … 4 out of reach. */
  readonly score: PasswordScore;
  /** Why it is not accepted; empty when `ok`. `problemText` has the sentences. */
  readonly problems: readonly PasswordProblem[];
  /** What makes it easy to guess. */
  readonly warning: string | null;
  readonly suggestions: readonly string[];
  /** How long guessing takes with a stolen hash: "3 hours", "centuries". Null where a list or an acquaintance is quicker than any estimate. */
  readonly crackTimeText: string | null;
}

/** Rates a password. The list of common passwords is asked whatever the policy says. Takes some 25 ms of computing at most. */
export async function assessPassword(
  password: string,
  policy: PasswordPolicy,
): Promise<PasswordAssessment> {
  const text = normalise(password);
  if (text === null) return tooLong;
  const { zxcvbn, common } = await (rater ??= load());
  const rated = zxcvbn.check(text, policy.inputs.flatMap(known));
  const problems: PasswordProblem[] = [];
  if (characterCount(text) < policy.minLength) problems.push("too_short");
  if (common.has(text.toLowerCase())) problems.push("common");
  const left = unknownPart(text, policy.inputs);
  const isAboutThem = characterCount(left.replaceAll(separators, "")) < unknownMin;
  if (rated.score < policy.minScore || isAboutThem) problems.push("too_weak");
  return {
    ok: problems.length === 0,
    score: rated.score,
    problems,
    ...feedback(isAboutThem ? { ...rated.feedback, warning: "userInputs" } : rated.feedback),
    crackTimeText:
      (isAboutThem && left !== text.toLowerCase()) || problems.includes("common")
        ? null
        : duration(rated.crackTimes.offlineSlowHashingXPerSecond.seconds),
  };
}

/** The sentence for a problem, as the password field shows it. */
export const problemText = (problem: PasswordProblem, policy: PasswordPolicy): string =>
  ({
    too_long: texts.tooLong(passwordMaxLength),
    too_short: texts.tooShort(policy.minLength),
    too_weak: texts.tooWeak,
    common: texts.common,
    breached: texts.breached,
  })[problem];

const tooLong: PasswordAssessment = {
  ok: false,
  score: 0,
  problems: ["too_long"],
  warning: texts.tooLong(passwordMaxLength),
  suggestions: [],
  crackTimeText: null,
};

interface Rater {
  readonly zxcvbn: ZxcvbnFactory;
  readonly common: ReadonlySet<string>;
}

/** 50,000 passwords and 100,000 words: read once a process. */
let rater: Promise<Rater> | undefined;

/** Rating beyond 64 characters and 16 substitutes takes 0.3 s of the main thread for a text made to be slow, and changes no verdict. */
const bounds: OptionsType = { maxLength: 64, l33tMaxSubstitutions: 16 };

async function load(): Promise<Rater> {
  const [{ ZxcvbnFactory }, everywhere, english] = await Promise.all([
    import("@zxcvbn-ts/core"),
    import("@zxcvbn-ts/language-common"),
    import("@zxcvbn-ts/language-en"),
  ]);
  const dictionary = { ...everywhere.dictionary, ...english.dictionary };
  const graphs = everywhere.adjacencyGraphs;
  return {
    zxcvbn: new ZxcvbnFactory({ ...bounds, dictionary, graphs }),
    common: new Set(everywhere.dictionary["passwords-common"].map((entry) => entry.toLowerCase())),
  };
}

/** An address is also known by its parts: `jane.doe@acme.com` → jane, doe, acme. */
const known = (input: string): string[] => [
  input,
  ...input.split(/[^\p{L}\p{N}]+/u).filter((part) => part.length > 2),
];

/** Names strung together make a long password that an acquaintance guesses: this much must be something else. */
const unknownMin = 6;

/** What people put between words says nothing new: “Jane Doe, Acme 2026”. */
const separators = /[\s.,_-]+/g;

/** What is left of a password without the words that an attacker knows of the person. */
function unknownPart(password: string, inputs: readonly string[]): string {
  const words = inputs.flatMap(known).map((word) => word.toLowerCase());
  const longestFirst = [...new Set(words)].sort((a, b) => b.length - a.length);
  return longestFirst.reduce(
    (left, word) => (word.length > 2 ? left.replaceAll(word, "") : left),
    password.toLowerCase(),
  );
}

/** Without translations zxcvbn answers with keys: each has our own sentence. */
const warnings: Readonly<Record<string, string>> = {
  straightRow: texts.straightRow,
  keyPattern: texts.keyPattern,
  simpleRepeat: texts.simpleRepeat,
  extendedRepeat: texts.extendedRepeat,
  sequences: texts.sequences,
  recentYears: texts.recentYears,
  dates: texts.dates,
  topTen: texts.widelyUsed,
  topHundred: texts.widelyUsed,
  common: texts.widelyUsed,
  similarToCommon: texts.nearlyCommon,
  wordByItself: texts.singleWord,
  namesByThemselves: texts.names,
  commonNames: texts.names,
  userInputs: texts.aboutYou,
};
const suggestions: Readonly<Record<string, string>> = {
  l33t: texts.noSubstitutes,
  reverseWords: texts.noReversing,
  allUppercase: texts.noCapitals,
  capitalization: texts.noFirstCapital,
  dates: texts.noDates,
  recentYears: texts.noDates,
  associatedYears: texts.noDates,
  sequences: texts.sequences,
  repeated: texts.noRepeats,
  longerKeyboardPattern: texts.longerPattern,
  anotherWord: texts.moreWords,
  useWords: texts.fewWords,
  noNeed: texts.noNeed,
};

function feedback(given: FeedbackType) {
  const said = given.suggestions.flatMap((key) => suggestions[key] ?? []);
  return {
    warning: (given.warning && warnings[given.warning]) || null,
    suggestions: [...new Set(said)],
  };
}

const units: readonly [seconds: number, text: (n: number) => string][] = [
  [31_557_600, texts.years],
  [2_629_800, texts.months],
  [86_400, texts.days],
  [3_600, texts.hours],
  [60, texts.minutes],
  [1, texts.seconds],
];

function duration(seconds: number): string {
  if (seconds >= 100 * 31_557_600) return texts.centuries;
  const unit = units.find(([length]) => seconds >= length);
  return unit ? unit[1](Math.floor(seconds / unit[0])) : texts.lessThanASecond;
}
