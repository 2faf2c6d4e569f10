// Which assertion covers which sentence of the self-hosting page. Sentences are numbered S1 to S80, in the page's order.

interface Result {
  readonly name: string;
  readonly sentences: readonly number[];
  readonly problem: string | null;
}

const results: Result[] = [];
const sentenceCount = 80;

/** What no machine without the outside world can show. */
const outside: Readonly<Record<number, string>> = {
  2: "DNS of a real domain",
  11: "a real release; the addresses are answered by a stand-in",
  23: "SendGrid's real API",
  24: "Resend's real API",
  45: "release notes are written with a release",
  54: "advice to the operator",
  64: "a real registry",
  65: "a real registry",
  66: "a real registry; the image is built for this machine's processor",
  76: "Let's Encrypt itself; certificates come from an ACME server of the test",
};

/** What another test shows, because it needs no engine. */
const elsewhere: Readonly<Record<number, string>> = {
  8: "test/deploy/install.test.ts: asks on the terminal while the shell reads the script from a pipe",
  13: "test/deploy/install.test.ts: asks for the domain again",
  14: "test/deploy/install.test.ts: leaves the mail settings open when the mail server is skipped",
  16: "test/deploy/install.test.ts: makes three independent secrets",
  18: "test/deploy/install.test.ts: changes nothing without a clear yes",
  69: "test/platform/crypto: one key for each purpose, derived from SECRET_KEY",
};

/** Runs an assertion. A failure is told, and the run goes on. */
export async function check(
  name: string,
  sentences: readonly number[],
  body: () => Promise<void> | void,
): Promise<void> {
  const startedAt = performance.now();
  let problem: string | null = null;
  try {
    await body();
  } catch (error) {
    problem = error instanceof Error ? error.message : String(error);
  }
  results.push({ name, sentences, problem });
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1).padStart(6);
  console.log(`${problem === null ? "ok    " : "FAILED"} ${seconds} s  ${name}`);
  if (problem !== null) console.log(problem.replaceAll(/^/gm, "         "));
}

/** @throws {Error} unless both are the same */
export function same(actual: unknown, expected: unknown, what = "value"): void {
  if (Bun.deepEquals(actual, expected, true)) return;
  throw new Error(`${what}: expected ${JSON.stringify(expected)}, got ${JSON.stringify(actual)}`);
}

/** @throws {Error} unless the text has the part */
export function holds(text: string, part: string | RegExp): void {
  if (typeof part === "string" ? text.includes(part) : part.test(text)) return;
  throw new Error(`expected ${String(part)} in: ${text.slice(-1500)}`);
}

/** Prints the table and the counts. Whether everything held. */
export function report(): boolean {
  console.log("\nSentence  shown by");
  for (let number = 1; number <= sentenceCount; number++) {
    const by = results.filter(({ sentences }) => sentences.includes(number));
    const names = by.map(({ name, problem }) => (problem === null ? name : `FAILED ${name}`));
    const reason = outside[number];
    if (reason !== undefined) names.push(`not here: ${reason}`);
    const other = elsewhere[number];
    if (other !== undefined) names.push(other);
    console.log(`S${number}`.padEnd(10) + (names.join("; ") || "nothing yet"));
  }
  const failed = results.filter(({ problem }) => problem !== null).length;
  console.log(`\n${results.length - failed} passed, ${failed} failed`);
  return failed === 0;
}
