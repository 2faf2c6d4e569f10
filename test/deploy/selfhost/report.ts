// Which assertion covers which sentence of the self-hosting page. Sentences are numbered S1 to S80, in the page's order.

interface Result {
  readonly name: string;
  readonly sentences: readonly number[];
  readonly problem: string | null;
}

const results: Result[] = [];
const sentenceCount = 80;

/** What no machine without the outside world can show. Where an assertion is named as well, it shows the rest of the sentence. */
const outside: Readonly<Record<number, string>> = {
  2: "the DNS of a real domain; here two names lead to the server, the base and everything below it",
  11: "a real release; its addresses are answered by a stand-in",
  23: "SendGrid itself",
  24: "Resend itself",
  45: "notes of a real release; the policy is on the page",
  54: "what an operator does with a copy of .env",
  64: "a real registry",
  65: "a real registry",
  66: "a real registry; the image is built for this machine's processor",
  76: "Let's Encrypt itself; certificates come from an ACME server of the test",
};

/** What another test shows, because it needs no engine: file and test. */
const elsewhere: Readonly<Record<number, readonly [file: string, test: string]>> = {
  11: ["test/deploy/install.test.ts", "takes the newest release and pins it"],
  23: ["test/platform/mail/provider.test.ts", "gets the message at /v3/mail/send"],
  24: ["test/platform/mail/provider.test.ts", "gets the message at /emails"],
  69: ["test/platform/crypto/keyring.test.ts", "refuses another purpose"],
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

/** Runs a chapter: what fails in it outside of its assertions counts as one, and the next chapter has its turn. */
export async function chapter(name: string, body: () => Promise<void>): Promise<void> {
  try {
    await body();
  } catch (error) {
    await check(`the chapter on ${name}`, [], () => Promise.reject(error));
  }
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

/** Sentences that neither an assertion nor a test elsewhere shows, and that are not listed as out of reach. */
export function uncovered(): number[] {
  const covered = new Set(results.flatMap(({ sentences }) => sentences));
  return Array.from({ length: sentenceCount }, (_, at) => at + 1).filter(
    (number) => !covered.has(number) && !outside[number] && !elsewhere[number],
  );
}

/** Tests named above that do not exist. */
export async function strangers(checkout: string): Promise<string[]> {
  const missing: string[] = [];
  for (const [file, test] of Object.values(elsewhere)) {
    const text = await Bun.file(`${checkout}/${file}`)
      .text()
      .catch(() => "");
    if (!text.includes(`"${test}`)) missing.push(`${file}: ${test}`);
  }
  return missing;
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
    if (other !== undefined) names.push(other.join(": "));
    console.log(`S${number}`.padEnd(10) + (names.join("; ") || "nothing yet"));
  }
  const failed = results.filter(({ problem }) => problem !== null).length;
  console.log(`\n${results.length - failed} passed, ${failed} failed`);
  return failed === 0;
}
