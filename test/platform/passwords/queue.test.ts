// Turns: how many at once, in which order, and what happens to the place of a task that fails.
import { describe, expect, test } from "bun:test";
import { createQueue } from "#platform/passwords/queue.ts";

const full = new Error("full");

function watchedQueue(concurrency: number, queueMax: number) {
  const take = createQueue({ concurrency, queueMax, refuse: () => full });
  const seen = { running: 0, most: 0, order: [] as number[] };
  const run = (n: number, fails = false) =>
    take(async () => {
      seen.running += 1;
      seen.most = Math.max(seen.most, seen.running);
      seen.order.push(n);
      await Bun.sleep(1);
      seen.running -= 1;
      if (fails) throw new Error("task failed");
      return n;
    });
  return { seen, run };
}

describe("the queue", () => {
  test("never runs more at once than it may, and keeps the order", async () => {
    const { seen, run } = watchedQueue(3, 100);
    const numbers = Array.from({ length: 30 }, (_, n) => n);
    expect(await Promise.all(numbers.map((n) => run(n)))).toEqual(numbers);
    expect(seen).toEqual({ running: 0, most: 3, order: numbers });
  });

  test("refuses what it has no room for, and only that", async () => {
    const { run } = watchedQueue(1, 2);
    const outcomes = await Promise.allSettled([0, 1, 2, 3, 4].map((n) => run(n)));
    expect(outcomes.map(({ status }) => status)).toEqual([
      "fulfilled",
      "fulfilled",
      "fulfilled",
      "rejected",
      "rejected",
    ]);
    expect(await run(5)).toBe(5);
  });

  test("gives the place of a failed task to the next", async () => {
    const { seen, run } = watchedQueue(1, 5);
    const outcomes = await Promise.allSettled([run(0, true), run(1), run(2, true)]);
    expect(outcomes.map(({ status }) => status)).toEqual(["rejected", "fulfilled", "rejected"]);
    await Promise.all([run(3), run(4)]);
    expect(seen.most).toBe(1);
  });
});
