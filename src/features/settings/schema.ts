// The settings as the page and the API say them. One schema reads both: a form's texts are turned into the API's values first.
import { z } from "zod";
import { contradictions, Policy, Strength } from "#features/policy/index.ts";
import { checkbox, pageOf, Paging } from "#platform/http/input.ts";
import { PolicyTrialId, UserId } from "#src/ids.ts";
import { texts } from "./texts.ts";

/** Limits of sessions by assurance level (NIST SP 800-63B-4 §2.1.3, §2.2.3, §2.3.3). */
export const sessionPresets = {
  aal1: { sessionIdleSeconds: null, sessionAbsoluteSeconds: 30 * 86_400 },
  aal2: { sessionIdleSeconds: 3_600, sessionAbsoluteSeconds: 86_400 },
  aal3: { sessionIdleSeconds: 900, sessionAbsoluteSeconds: 43_200 },
} as const;
export type SessionPreset = keyof typeof sessionPresets;

/** The preset whose limits these are, or "custom". */
export function presetOf({
  sessionIdleSeconds,
  sessionAbsoluteSeconds,
}: Pick<Policy, "sessionIdleSeconds" | "sessionAbsoluteSeconds">): SessionPreset | "custom" {
  const names = Object.keys(sessionPresets) as SessionPreset[];
  const found = names.find(
    (name) =>
      sessionPresets[name].sessionIdleSeconds === sessionIdleSeconds &&
      sessionPresets[name].sessionAbsoluteSeconds === sessionAbsoluteSeconds,
  );
  return found ?? "custom";
}

const Change = Policy.extend({
  // Nobody takes the default away by not knowing of it.
  defaultIdentityProviderId: Policy.shape.defaultIdentityProviderId.unwrap(),
  /** The one that was read: nobody overwrites what they have not seen. */
  version: z
    .int({ error: () => texts.versionMissing })
    .min(0, { error: () => texts.versionMissing }),
}).superRefine((policy, context) => {
  for (const [field, message] of Object.entries(contradictions(policy)))
    context.addIssue({ code: "custom", path: [field], message });
});

/** The whole policy. */
export const TrialInput = z.preprocess(readForm, Change);
/** The same; `openTrial`: a change that can keep people out opens a trial instead of being refused. */
export const SettingsInput = z.preprocess(
  readForm,
  Change.safeExtend({ openTrial: z.boolean().default(false) }),
);
export type SettingsInput = z.infer<typeof SettingsInput>;

/** A form sends texts, leaves out boxes that are not ticked, and names the preset of its sessions; only forms name one. */
function readForm(raw: unknown): unknown {
  if (typeof raw !== "object" || raw === null || !("sessionPreset" in raw)) return raw;
  const typed = raw as Readonly<Record<string, unknown>>;
  const preset = Object.entries(sessionPresets).find(([name]) => name === typed["sessionPreset"]);
  return {
    ...typed,
    ...readWith(numberOf, typed, numbers),
    ...readWith((value) => (value === "" ? null : numberOf(value)), typed, numbersOrNone),
    ...readWith((value) => value === "on", typed, boxes),
    passkeyAaguids: modelsOf(typed["passkeyAaguids"]),
    ...preset?.[1],
  };
}

const numbers = [
  "version",
  "passwordMinLength",
  "passwordMinScore",
  "graceDays",
  "rememberDeviceDays",
  "sessionAbsoluteSeconds",
] as const;
const numbersOrNone = [
  "sessionIdleSeconds",
  "inactiveAfterDays",
  "defaultIdentityProviderId",
] as const;
const boxes = [
  "emailProofFirst",
  "keepSignedIn",
  "resetNeedsTwoAdmins",
  "peopleEditNames",
  "openTrial",
] as const;

const readWith = (
  read: (value: unknown) => unknown,
  typed: Readonly<Record<string, unknown>>,
  fields: readonly string[],
) => Object.fromEntries(fields.map((field) => [field, read(typed[field])]));

const numberOf = (value: unknown): unknown =>
  typeof value === "string" && /^\s*\d{1,9}\s*$/.test(value) ? Number(value) : value;

/** One identifier a line; what follows it on the line is a note. Nothing: every model. */
function modelsOf(value: unknown): unknown {
  if (typeof value !== "string") return value ?? null;
  const models = value.split("\n").flatMap((line) => line.trim().split(/[\s,;]+/, 1));
  const named = models.filter((model) => model !== "");
  return named.length === 0 ? null : named;
}

/** Somebody who could not sign in, with what they have enrolled now, as a policy asks. */
export const AffectedPerson = z.object({
  id: UserId,
  firstName: z.string(),
  lastName: z.string(),
  email: z.string(),
  /** What they have enrolled. */
  has: Strength,
  /** What is asked of them, their groups included. */
  required: Strength,
  /** They came by an identity provider alone, and their address would not lead to it any more. */
  isStranded: z.boolean(),
  /** When they must have set it up; null: so many days after the next sign-in, 0 for at once. */
  deadline: z.iso.datetime().nullable(),
  graceDays: z.int(),
});
export type AffectedPerson = z.infer<typeof AffectedPerson>;

export const AffectedPage = pageOf(AffectedPerson);
/** `already`: those who cannot sign in by the settings from before either, in the place of those whom the change keeps out. */
export const AffectedFilter = Paging.extend({ already: checkbox() });
export type AffectedFilter = z.infer<typeof AffectedFilter>;

export const Trial = z.object({
  id: PolicyTrialId,
  state: z.enum(["open", "applied", "confirmed", "reverted", "cancelled"]),
  startedBy: z.object({ id: UserId, name: z.string() }).nullable(),
  createdAt: z.iso.datetime(),
  /** An open trial ends then. */
  expiresAt: z.iso.datetime(),
  /** Of the latest test sign-in that succeeded. */
  testedAt: z.iso.datetime().nullable(),
  appliedAt: z.iso.datetime().nullable(),
  /** An applied trial goes back then. */
  revertAt: z.iso.datetime().nullable(),
  proposed: Policy,
  previous: Policy,
  affected: z.object({
    /** Active people whom the change itself keeps out with what they have now. */
    count: z.int(),
    /** Active people who could not sign in by `previous` either: change or not. */
    alreadyCount: z.int(),
    /** Active super administrators who could sign in. */
    superAdminsLeft: z.int(),
    /** The first of those whom the change keeps out, by name. */
    people: z.array(AffectedPerson),
  }),
});
export type Trial = z.infer<typeof Trial>;

export const Settings = Policy.extend({
  /** To be sent back with a change. */
  version: z.int(),
  /** A change that is being tried. */
  trial: Trial.nullable(),
});
export type Settings = z.infer<typeof Settings>;

export const TrialParams = z.object({ trialId: PolicyTrialId });
/** `withoutTest`: nobody has signed in under it, and the caller takes the risk; this is recorded. */
export const Application = z.object({ withoutTest: checkbox() });
