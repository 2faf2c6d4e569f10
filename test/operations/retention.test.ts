// Which backups stay.
import { describe, expect, test } from "bun:test";
import { newBackupName, takenAtOf } from "#src/operations/backup/place.ts";
import { expired, parseKeep } from "#src/operations/backup/retention.ts";

const now = new Date("2026-11-26T12:00:00Z");
const day = 86_400_000;
/** A backup every night at three, for this many nights. */
const nightly = (nights: number) =>
  Array.from({ length: nights }, (_, at) => {
    const takenAt = new Date(Date.parse("2026-11-26T03:00:00Z") - at * day);
    return { name: newBackupName(takenAt), bytes: 1, takenAt };
  });
const kept = (backups: ReturnType<typeof nightly>, keep: string) => {
  const gone = new Set(expired(backups, parseKeep(keep) ?? "all", now).map(({ name }) => name));
  return backups
    .filter(({ name }) => !gone.has(name))
    .map(({ takenAt }) => takenAt.toISOString().slice(0, 10));
};

describe("parseKeep", () => {
  test.each([
    ["7d 4w 6m", { kind: "periods", days: 7, weeks: 4, months: 6 }],
    [" 30d ", { kind: "periods", days: 30, weeks: 0, months: 0 }],
    ["14", { kind: "newest", count: 14 }],
    ["all", "all"],
    ["", null],
    ["0", null],
    ["0d", null],
    ["7d 7d", null],
    ["7y", null],
    ["-1", null],
    ["7d all", null],
  ])("%j", (text, keep) => {
    expect(parseKeep(text)).toEqual(keep as ReturnType<typeof parseKeep>);
  });
});

describe("expired", () => {
  test("keeps the newest of each day, week and month", () => {
    expect(kept(nightly(200), "3d 3w 4m")).toEqual([
      "2026-11-26",
      "2026-11-25",
      "2026-11-24",
      "2026-11-22", // the Sunday before
      "2026-11-15",
      "2026-10-31",
      "2026-09-30",
      "2026-08-31",
    ]);
  });

  test("keeps a number of them", () => {
    expect(kept(nightly(10), "4")).toHaveLength(4);
  });

  test("keeps whatever is younger than two days, and the newest however old", () => {
    const busy = Array.from({ length: 5 }, (_, at) => {
      const takenAt = new Date(now.getTime() - at * 3_600_000);
      return { name: newBackupName(takenAt), bytes: 1, takenAt };
    });
    expect(expired(busy, { kind: "newest", count: 1 }, now)).toEqual([]);
    const [old] = nightly(1).map((backup) => ({ ...backup, takenAt: new Date(0) }));
    expect(expired(old ? [old] : [], { kind: "newest", count: 1 }, now)).toEqual([]);
  });

  test("keeps all of them when told so", () => {
    expect(expired(nightly(500), "all", now)).toEqual([]);
  });
});

describe("names of backups", () => {
  test("say when they were made, and never are the same", () => {
    const [a, b] = [newBackupName(now), newBackupName(now)];
    expect(a).not.toBe(b);
    expect(takenAtOf(a)).toEqual(now);
  });

  test.each([
    "weft.tar",
    ".weft-20261126T120000Z-00000000.tar.zst.age.partial",
    "weft-20269926T120000Z-00000000.tar.zst.age",
    "../etc/passwd",
  ])("%s is none", (name) => {
    expect(takenAtOf(name)).toBeNull();
  });
});
