// Which backups may go. Whatever is younger than two days stays, so that the one made before an upgrade outlives the night after it.
import type { StoredBackup } from "./place.ts";

export type Keep =
  | { readonly kind: "newest"; readonly count: number }
  | {
      readonly kind: "periods";
      readonly days: number;
      readonly weeks: number;
      readonly months: number;
    };

/** `7d 4w 6m` (the newest of each of the last days, weeks, months), `14` (the newest ones), `all`; null for anything else. */
export function parseKeep(text: string): Keep | "all" | null {
  const words = text.trim().split(/\s+/);
  if (words.length === 1 && words[0] === "all") return "all";
  if (words.length === 1 && /^[1-9]\d{0,3}$/.test(words[0] ?? "")) {
    return { kind: "newest", count: Number(words[0]) };
  }
  const periods = { d: 0, w: 0, m: 0 };
  for (const word of words) {
    const [, count, unit] = /^([1-9]\d{0,3})([dwm])$/.exec(word) ?? [];
    if (count === undefined || (unit !== "d" && unit !== "w" && unit !== "m")) return null;
    if (periods[unit] > 0) return null;
    periods[unit] = Number(count);
  }
  return { kind: "periods", days: periods.d, weeks: periods.w, months: periods.m };
}

const dayMs = 86_400_000;
const alwaysKeptMs = 2 * dayMs;

/** Those that `keep` lets go, at the instant `now`; never the newest. */
export function expired(
  backups: readonly StoredBackup[],
  keep: Keep | "all",
  now: Date,
): StoredBackup[] {
  if (keep === "all") return [];
  const byAge = backups.toSorted((a, b) => b.takenAt.getTime() - a.takenAt.getTime());
  const kept = new Set<StoredBackup>(byAge.slice(0, keep.kind === "newest" ? keep.count : 1));
  if (keep.kind === "periods") {
    for (const [count, nameOf] of [
      [keep.days, dayOf],
      [keep.weeks, weekOf],
      [keep.months, monthOf],
    ] as const) {
      const newest = new Map<string, StoredBackup>();
      for (const backup of byAge) {
        const period = nameOf(backup.takenAt);
        if (!newest.has(period)) newest.set(period, backup);
      }
      for (const backup of [...newest.values()].slice(0, count)) kept.add(backup);
    }
  }
  return byAge.filter(
    (backup) => !kept.has(backup) && now.getTime() - backup.takenAt.getTime() >= alwaysKeptMs,
  );
}

const dayOf = (at: Date) => at.toISOString().slice(0, 10);
const monthOf = (at: Date) => at.toISOString().slice(0, 7);
/** By its Monday. */
function weekOf(at: Date): string {
  const monday = new Date(at.getTime() - ((at.getUTCDay() + 6) % 7) * dayMs);
  return dayOf(monday);
}
