// Whether a password is known from a breach: by the filter on this machine, by the range service, by both, or not at all.
import type { Logger } from "#platform/log.ts";
import type { Outbound } from "#platform/outbound/fetch.ts";
import { breachDigest } from "./digest.ts";
import { FilterUnreadable, inspectFilter, readFilter } from "./filter.ts";
import { askRange } from "./range.ts";

export interface BreachSettings {
  /** `online`: the filter, where there is one, then the range service. `offline`: the filter alone. */
  readonly mode: "online" | "offline" | "off";
  /** Of the range service, without a slash at the end. */
  readonly baseUrl: string;
  /** Where the filter is, if there is one. */
  readonly filterPath: string;
}

export interface BreachChecker {
  readonly settings: BreachSettings;
  /** "unknown" when there was nobody to ask: no one is kept from setting a password by that. */
  check(password: string, signal?: AbortSignal): Promise<"listed" | "unlisted" | "unknown">;
  /** The next twelve digits of the listed hashes with this prefix (five digits); null when there was nobody to ask. */
  listed(prefix: string, signal?: AbortSignal): Promise<ReadonlySet<string> | null>;
  /** Whether there is a filter that can be read. */
  hasFilter(): Promise<boolean>;
  /** Whether the range service answers. */
  serviceAnswers(signal?: AbortSignal): Promise<boolean>;
}

/** Opens nothing: the filter and the service are there at the moment of a question, or not. */
export function createBreachChecker(
  settings: BreachSettings,
  { outbound, log }: { outbound: Outbound; log: Logger },
): BreachChecker {
  const { mode, baseUrl, filterPath } = settings;
  const fromFilter = (prefix: string) =>
    orNull(readFilter(filterPath, prefix), (reason) =>
      log.error({ path: filterPath, reason }, "breach_filter_unreadable"),
    );
  async function fromService(prefix: string, signal: AbortSignal | undefined) {
    const listed = await askRange(outbound, { baseUrl, prefix, ...(signal ? { signal } : {}) });
    if (listed === null) log.warn({ service: new URL(baseUrl).host }, "breach_check_unanswered");
    return listed;
  }
  async function alone(prefix: string) {
    const local = await fromFilter(prefix);
    if (local === null) log.warn({ path: filterPath }, "breach_filter_missing");
    return local;
  }
  return {
    settings,
    async check(password, signal) {
      const digest = mode === "off" ? null : breachDigest(password);
      if (digest === null) return "unknown";
      const local = await (mode === "offline" ? alone : fromFilter)(digest.prefix);
      if (local?.has(digest.rest)) return "listed";
      const online = mode === "offline" ? null : await fromService(digest.prefix, signal);
      if (online?.has(digest.rest)) return "listed";
      // Nobody is kept out by a service that is away; a filter's "no" is an answer.
      return local === null && online === null ? "unknown" : "unlisted";
    },
    async listed(prefix, signal) {
      if (mode === "off") return null;
      const local = await (mode === "offline" ? alone : fromFilter)(prefix);
      const online = mode === "offline" ? null : await fromService(prefix, signal);
      if (local === null || online === null) return local ?? online;
      return local.union(online);
    },
    // Every range has some 1,000 listed hashes.
    serviceAnswers: async (signal) => ((await fromService("00000", signal))?.size ?? 0) > 0,
    hasFilter: async () => (await orNull(inspectFilter(filterPath), () => undefined)) !== null,
  };
}

async function orNull<T>(
  asked: Promise<T | null>,
  unreadable: (reason: string) => void,
): Promise<T | null> {
  try {
    return await asked;
  } catch (error) {
    if (!(error instanceof FilterUnreadable)) throw error;
    unreadable(error.message);
    return null;
  }
}
