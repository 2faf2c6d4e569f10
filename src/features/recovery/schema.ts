// Ways back in as lists, forms and the API tell them.
import { z } from "zod";
import { UserState } from "#features/users/index.ts";
import { pageOf, Paging } from "#platform/http/input.ts";
import { FactorResetId, ReactivationRequestId, UserId } from "#src/ids.ts";
import { Role } from "#src/permissions.ts";
import { texts } from "./texts.ts";

/** A request of one administrator that another one has not approved by then is void. */
export const resetSeconds = 24 * 60 * 60;
/** After a denial a person asks again no sooner than this. */
export const askAgainDays = 30;
/** How many requests of each kind the list of what is to be done shows, the oldest first. */
export const toDoMost = 50;

const Person = z.object({ id: UserId, name: z.string() });
const Concerned = Person.extend({ email: z.string(), role: Role, state: UserState });

const Decided = {
  /** Null while undecided, and where nobody decided, or a script did. */
  decidedBy: Person.nullable(),
  decidedAt: z.iso.datetime().nullable(),
};

export const ReactivationState = z.enum(["waiting", "approved", "denied"]);

export const ReactivationRequest = z.object({
  id: ReactivationRequestId,
  user: Concerned,
  /** In the person's own words. */
  reason: z.string(),
  requestedAt: z.iso.datetime(),
  state: ReactivationState,
  ...Decided,
  /** Whether the caller may decide now. */
  mayDecide: z.boolean(),
});
export type ReactivationRequest = z.infer<typeof ReactivationRequest>;

/** `withdrawn`: by who asked. `void`: who asked may not ask any more. */
export const ResetState = z.enum(["waiting", "approved", "denied", "withdrawn", "expired", "void"]);
export type ResetState = z.infer<typeof ResetState>;

export const FactorReset = z.object({
  id: FactorResetId,
  user: Concerned,
  /** Null when they are gone. */
  requestedBy: Person.nullable(),
  requestedAt: z.iso.datetime(),
  expiresAt: z.iso.datetime(),
  state: ResetState,
  ...Decided,
  mayApprove: z.boolean(),
  mayDeny: z.boolean(),
});
export type FactorReset = z.infer<typeof FactorReset>;

/** What asking for a reset came to: done at once, or waiting for another administrator. */
export const ResetOutcome = z.object({
  outcome: z.enum(["reset", "waiting"]),
  userId: UserId,
  request: FactorReset.nullable(),
});
export type ResetOutcome = z.infer<typeof ResetOutcome>;

const Filter = Paging.extend({ state: z.enum(["waiting", "decided"]).default("decided") });
/** `waiting`: the oldest first; `decided`: the newest request first. */
export const RequestFilter = Filter;
export type RequestFilter = z.infer<typeof RequestFilter>;

export const ReactivationList = pageOf(ReactivationRequest);
export type ReactivationList = z.infer<typeof ReactivationList>;
export const FactorResetList = pageOf(FactorReset);
export type FactorResetList = z.infer<typeof FactorResetList>;

/** What waits for a decision, the oldest first, at most `toDoMost` of each; the lists have the rest. */
export const ToDo = z.object({
  reactivationRequests: z.array(ReactivationRequest),
  factorResets: z.array(FactorReset),
});
export type ToDo = z.infer<typeof ToDo>;

export const ReactivationParams = z.object({ reactivationRequestId: ReactivationRequestId });
export const ResetParams = z.object({ factorResetId: FactorResetId });
export const PersonParams = z.object({ userId: UserId });

// Line breaks are kept; other control characters and direction marks could make a text look like another.
const printable = /^[^\p{Cc}\u202A-\u202E\u2066-\u2069]*$/u;

export const AskInput = z.object({
  reason: z
    .string({ error: () => texts.reasonMissing })
    .normalize("NFC")
    .transform((text) => text.replaceAll("\r\n", "\n").trim())
    .pipe(
      z
        .string()
        .min(1, { error: () => texts.reasonMissing })
        .max(1_000, { error: () => texts.reasonTooLong })
        .refine((text) => printable.test(text.replaceAll("\n", " ")), {
          error: () => texts.reasonUnprintable,
        }),
    ),
});
export type AskInput = z.infer<typeof AskInput>;

/** What a reset takes away and what comes after it, for the page that asks. */
export interface ResetPreview {
  readonly user: z.infer<typeof Concerned>;
  readonly hasTotp: boolean;
  readonly backupCodes: number;
  readonly passkeys: readonly string[];
  readonly sessions: number;
  readonly knownDevices: number;
  /** Verified addresses that are told. */
  readonly told: readonly string[];
  /** What will be asked of the person beyond a password and a mailed code; null when nothing is. */
  readonly toSetUp: "strong" | "phishing_resistant" | null;
  readonly needsTwo: boolean;
  /** The request that waits already. */
  readonly waiting: FactorReset | null;
}

/** Where somebody deactivated stands. */
export type AskStep =
  | { readonly kind: "form"; readonly path: string }
  | { readonly kind: "asked"; readonly at: string; readonly isNew: boolean }
  | { readonly kind: "denied"; readonly at: string; readonly againAt: string }
  | { readonly kind: "dead" };
