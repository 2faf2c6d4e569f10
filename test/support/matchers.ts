// Bun's toMatchObject writes the asymmetric matchers it was asked for (`expect.any(…)`) into the object it was given, frozen or not.
// Files share a process: a route or a setting that one test looked at would be something else for every test after it.
import { expect } from "bun:test";

const builtin: (this: unknown, expected: object) => void = Object.getPrototypeOf(
  expect({}),
).toMatchObject;

expect.extend({
  toMatchObject(received: unknown, expected: object) {
    try {
      builtin.call(expect(copyAlong(received, expected)), expected);
      return { pass: true, message: () => "expected no match" };
    } catch (error) {
      return { pass: false, message: () => (error instanceof Error ? error.message : "no match") };
    }
  },
});

/** A copy of what `expected` looks at: plain objects and lists, as deep as it looks. */
function copyAlong(received: unknown, expected: unknown): unknown {
  if (Array.isArray(received))
    return received.map((item, index) =>
      copyAlong(item, Array.isArray(expected) ? expected[index] : undefined),
    );
  if (!isPlain(received) || !isPlain(expected)) return received;
  const copy = { ...received };
  for (const key of Object.keys(expected))
    if (key in copy) copy[key] = copyAlong(copy[key], expected[key]);
  return copy;
}

const isPlain = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;
