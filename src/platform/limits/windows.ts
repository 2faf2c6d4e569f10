// Sliding windows: how much of what was counted still counts, and how long until one more fits. Pure.

export interface LimitDefinition {
  /** `area.thing`: stored. */
  readonly name: string;
  /** How many hits are allowed in a window. At the start of one, the former still counts in part: no double measure around a border. */
  readonly most: number;
  readonly windowSeconds: number;
}

export interface LimitState {
  readonly allowed: boolean;
  /** How many more hits are allowed at this moment. */
  readonly remaining: number;
  /** How long until one more is allowed; 0 when it is now. */
  readonly retryAfterSeconds: number;
}

/** What a key's counters say at `now`, read elsewhere: hits in the window that `now` lies in, and in the one before. */
export function stateAt(
  limit: LimitDefinition,
  now: Date,
  { hits, former }: { hits: number; former: number },
): LimitState {
  const allowed = hits + 1 + former * windows(limit, now).share <= limit.most;
  return stateOf(limit, now, hits, former, allowed);
}

/** The windows that `now` lies between. */
export function windows({ windowSeconds }: LimitDefinition, now: Date) {
  const windowMs = windowSeconds * 1000;
  const start = Math.floor(now.getTime() / windowMs) * windowMs;
  return {
    current: new Date(start),
    previous: new Date(start - windowMs),
    expiresAt: new Date(start + 2 * windowMs),
    /** How much of the former window still counts: 1 at the start of a window, towards 0 at its end. */
    share: 1 - (now.getTime() - start) / windowMs,
  };
}

/** What so many hits mean at `now`; `allowed` says whether the last one was let through. */
export function stateOf(
  limit: LimitDefinition,
  now: Date,
  hits: number,
  former: number,
  allowed: boolean,
): LimitState {
  const { share } = windows(limit, now);
  if (!allowed)
    return { allowed, remaining: 0, retryAfterSeconds: wait(limit, share, hits, former) };
  return {
    allowed,
    remaining: Math.max(0, Math.floor(limit.most - hits - former * share)),
    retryAfterSeconds: 0,
  };
}

/** Whole seconds until one more fits, by the time the former window, and then this one, has faded enough. */
function wait(
  { most, windowSeconds }: LimitDefinition,
  share: number,
  hits: number,
  former: number,
) {
  const fadesTo = (room: number, count: number) => (count > 0 ? Math.min(1, room / count) : 1);
  const untilNext = share * windowSeconds;
  const seconds =
    hits + 1 <= most
      ? (share - fadesTo(most - hits - 1, former)) * windowSeconds
      : untilNext + (1 - fadesTo(most - 1, hits)) * windowSeconds;
  return Math.max(1, Math.ceil(seconds));
}
