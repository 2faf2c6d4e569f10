// The time zones a person can choose: the IANA names that this runtime can calculate with.

const names = new Set([...Intl.supportedValuesOf("timeZone"), "UTC"]);
const byFoldedName = new Map([...names].map((name) => [fold(name), name]));
const byCity = Map.groupBy(names, (name) => fold(name.split("/").at(-1) ?? name));

/** Every zone by name. */
export const timeZones: readonly string[] = [...names].sort();

/** The zone a person means: its name in any case ("europe/berlin"), or a city that names one zone only ("Berlin"); else null. */
export function findTimeZone(typed: string): string | null {
  const folded = fold(typed.trim());
  const cities = byCity.get(folded);
  return byFoldedName.get(folded) ?? (cities?.length === 1 ? (cities[0] ?? null) : null);
}

/** "UTC+02:00": how far a zone is from UTC at an instant. */
export function offsetOf(zone: string, at: Date): string {
  const { offset } = Temporal.Instant.fromEpochMilliseconds(at.getTime()).toZonedDateTimeISO(zone);
  return `UTC${offset}`;
}

function fold(name: string): string {
  return name.toLowerCase().replaceAll(/[\s_]+/g, "_");
}
