// Instants as a person reads them: in their zone, with the UTC instant in the element for machines (HTML §4.5.14).
import { texts } from "./texts.ts";

export type TimeFormat = "date" | "time" | "datetime" | "relative";

const parts: Readonly<Record<Exclude<TimeFormat, "relative">, Intl.DateTimeFormatOptions>> = {
  date: { dateStyle: "medium" },
  time: { timeStyle: "short" },
  datetime: { dateStyle: "medium", timeStyle: "short" },
};

const units: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
  ["year", 31_536_000],
  ["month", 2_592_000],
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
];

/** An instant in words of the given zone. An unknown zone counts as UTC: it must not break the page. */
export function formatTime(
  at: Date,
  zone: string,
  format: Exclude<TimeFormat, "relative">,
): string {
  try {
    return new Intl.DateTimeFormat(texts.locale, { ...parts[format], timeZone: zone }).format(at);
  } catch (error) {
    if (!(error instanceof RangeError) || zone === "UTC") throw error;
    return formatTime(at, "UTC", format);
  }
}

/** "3 hours ago", "in 2 days", "now". */
export function formatRelative(at: Date, now: Date): string {
  const seconds = Math.round((at.getTime() - now.getTime()) / 1000);
  const words = new Intl.RelativeTimeFormat(texts.locale, { numeric: "auto" });
  const unit = units.find(([, length]) => Math.abs(seconds) >= length);
  return unit === undefined
    ? words.format(0, "second")
    : words.format(Math.trunc(seconds / unit[1]), unit[0]);
}

export interface TimeProps {
  /** An instant, or its ISO 8601 form. */
  readonly at: Date | string;
  /** IANA name of the viewer's zone. */
  readonly zone: string;
  /** `datetime` by default; `relative` needs `now`. */
  readonly format?: TimeFormat | undefined;
  readonly now?: Date | undefined;
}

/** An instant. Pointing at it shows the date and the zone in full. */
export function Time({ at, zone, format = "datetime", now }: TimeProps) {
  const instant = at instanceof Date ? at : new Date(at);
  const shown =
    format === "relative"
      ? formatRelative(instant, now ?? new Date())
      : formatTime(instant, zone, format);
  return (
    <time
      datetime={instant.toISOString()}
      title={`${formatTime(instant, zone, "datetime")} (${zone})`}
    >
      {shown}
    </time>
  );
}
