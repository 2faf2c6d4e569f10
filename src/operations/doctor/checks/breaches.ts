// Which list of breached passwords are new ones held against, and can it be asked?
import { FilterUnreadable, inspectFilter } from "#platform/passwords/breaches/filter.ts";
import { type Check, fail, type Finding, ok, skipped, warn } from "../check.ts";
import { weftLine } from "../lines.ts";
import { texts } from "../texts.ts";

/** A list as old as this misses what was stolen since. */
const oldDays = 180;

export const breaches: Check = {
  name: "breaches",
  title: "Breached passwords",
  settings: ["BREACH_", "LOCAL_STORAGE_PATH"],
  async run({ services }, signal) {
    const { mode, baseUrl, filterPath } = services.breaches.settings;
    if (mode === "off") return skipped(texts.breachesOff);
    const filter = await filterFinding(filterPath, services.clock.now());
    if (mode === "offline") return filter ?? fail(texts.noFilter(filterPath), importLine);
    const { host } = new URL(baseUrl);
    const online = (await services.breaches.serviceAnswers(signal))
      ? ok(texts.breachesAnswer(host))
      : warn(texts.breachesSilent(host), texts.breachesOffline);
    return filter === null ? online : [filter, online];
  },
};

const importLine = weftLine("passwords import-breaches FILE");

/** Null where there is none. */
async function filterFinding(path: string, now: Date): Promise<Finding | null> {
  try {
    const filter = await inspectFilter(path);
    if (filter === null) return null;
    const days = Math.floor((now.getTime() - filter.writtenAt.getTime()) / 86_400_000);
    const says = texts.filterInUse(filter.entries, filter.writtenAt.toISOString().slice(0, 10));
    return days > oldDays ? warn(texts.filterOld(says, days), importLine) : ok(says);
  } catch (error) {
    if (!(error instanceof FilterUnreadable)) throw error;
    return fail(texts.filterUnusable(path, error.message), importLine);
  }
}
