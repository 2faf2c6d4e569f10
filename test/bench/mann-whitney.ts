// The Mann–Whitney U test: whether values of one sample tend to be larger than those of another. No shape of distribution is assumed.

export interface Comparison {
  readonly u: number;
  /** Standard deviations from what equal distributions would give. */
  readonly z: number;
  /** Two-sided: how often chance alone would differ as much. By the normal approximation: for samples of twenty and more. */
  readonly p: number;
  /** How often a value of the first sample is larger than one of the second: 0.5 when they are alike. */
  readonly share: number;
}

export function mannWhitney(first: readonly number[], second: readonly number[]): Comparison {
  const all = [
    ...first.map((value) => ({ value, isFirst: true })),
    ...second.map((value) => ({ value, isFirst: false })),
  ].toSorted((a, b) => a.value - b.value);
  const [m, n] = [first.length, second.length];
  let rankSum = 0;
  let ties = 0;
  for (let from = 0; from < all.length;) {
    let to = from;
    while (to < all.length && all[to]?.value === all[from]?.value) to += 1;
    // Equal values share the mean of their ranks, which count from 1.
    const rank = (from + 1 + to) / 2;
    for (const each of all.slice(from, to)) if (each.isFirst) rankSum += rank;
    const count = to - from;
    ties += count ** 3 - count;
    from = to;
  }
  const u = rankSum - (m * (m + 1)) / 2;
  const total = m + n;
  const variance = ((m * n) / 12) * (total + 1 - ties / (total * (total - 1)));
  const z = variance === 0 ? 0 : (u - (m * n) / 2) / Math.sqrt(variance);
  return { u, z, p: 2 * (1 - normal(Math.abs(z))), share: u / (m * n) };
}

/** The cumulative standard normal distribution, to 1.5e-7 (Abramowitz and Stegun, 7.1.26). */
function normal(z: number): number {
  const x = z / Math.SQRT2;
  const t = 1 / (1 + 0.3275911 * x);
  const series =
    ((((1.061405429 * t - 1.453152027) * t + 1.421413741) * t - 0.284496736) * t + 0.254829592) * t;
  return (1 + (1 - series * Math.exp(-x * x))) / 2;
}
