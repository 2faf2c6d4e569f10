// The statistics of test/bench against values worked out by hand.
import { describe, expect, test } from "bun:test";
import { mannWhitney } from "../bench/mann-whitney.ts";

describe("mannWhitney", () => {
  test("counts how often one sample is above the other", () => {
    expect(mannWhitney([1, 2, 3], [4, 5, 6])).toMatchObject({ u: 0, share: 0 });
    expect(mannWhitney([4, 5, 6], [1, 2, 3])).toMatchObject({ u: 9, share: 1 });
    expect(mannWhitney([1, 3, 5], [2, 4, 6])).toMatchObject({ u: 3 });
  });

  test("shares ranks between equal values", () => {
    expect(mannWhitney([1, 1, 2], [1, 2, 2])).toMatchObject({ u: 3 });
    expect(mannWhitney([7, 7], [7, 7])).toMatchObject({ share: 0.5, z: 0 });
  });

  test("finds a shift of a tenth of a deviation in a thousand values, and none where there is none", () => {
    const wave = (shift: number) =>
      Array.from({ length: 1_000 }, (_, n) => shift + ((n * 7_919) % 1_000) / 1_000);
    expect(mannWhitney(wave(0.05), wave(0)).p).toBeLessThan(0.001);
    expect(mannWhitney(wave(0), wave(0)).p).toBeGreaterThan(0.9);
  });

  test("knows the two-sided 5 % of the normal distribution", () => {
    // z = 1.96 by 20 against 20 values without ties: U about 127.5.
    const first = Array.from({ length: 20 }, (_, n) => n * 2);
    const shifted = first.map((value) => value + 15.5);
    const { z, p } = mannWhitney(first, shifted);
    expect(Math.abs(z)).toBeGreaterThan(1.9);
    expect(p).toBeLessThan(0.06);
  });
});
