// `bun test/bench/enumeration.ts [--tries=1000] [--steps=password,address] [--json=file]`: whether the time of an answer tells who has
// an account. Every kind of person against addresses that are nobody's, in turn, each try by a browser of its own network; two samples of
// so many tries, compared by Mann–Whitney: U, p, how often the one is slower, and a verdict. The same of two samples of unknown addresses is
// printed beside it, because that is what chance looks like on this machine. About eight minutes; ends with 1 where a kind is told apart.
import { openDatabase } from "#platform/db/database.ts";
import { aBrowser } from "../support/browser.ts";
import { testApplication, testServices } from "../support/services.ts";
import { addKinds, addressOf, type Kind, kindNames, kinds } from "./kinds.ts";
import { type Comparison, mannWhitney } from "./mann-whitney.ts";
import { buildStage } from "./stage.ts";

type Verdict = "alike" | "told apart";
type Result = Comparison & {
  readonly tries: number;
  readonly medianMs: readonly [kind: number, nobody: number];
  readonly verdict: Verdict;
};

const option = (name: string) =>
  Bun.argv.find((word) => word.startsWith(`--${name}=`))?.slice(name.length + 3);
const tries = Number(option("tries") ?? 1_000);
const wanted = option("steps")?.split(",");
const all = { password, address, forgotten, options };
const unknownSteps = (wanted ?? []).filter((step) => !(step in all));
if (!Number.isInteger(tries) || tries < 20 || unknownSteps.length > 0) {
  console.error(`usage: --tries=20 or more, --steps of ${Object.keys(all).join(",")}`);
  process.exit(2);
}

const stage = await buildStage({ people: tries, sessions: 0 });
await addKinds(stage, tries);
const database = openDatabase(stage.database);
const results: Record<string, Result> = {};
try {
  const services = testServices(database);
  // Wrong passwords by the thousand are what the limits are for: hours lie between the tries of a few rounds.
  const app = testApplication(services);
  for (const [step, timed] of Object.entries(all)) {
    if (wanted && !wanted.includes(step)) continue;
    const samples = Object.fromEntries(kindNames.map((kind) => [kind, [] as number[]])) as Record<
      Kind,
      number[]
    >;
    for (let round = 0; round < tries; round += 1) {
      if (round % 20 === 0) services.clock.advance({ hours: 2 });
      // No kind is always first.
      const first = round % kindNames.length;
      for (const kind of [...kindNames.slice(first), ...kindNames.slice(0, first)])
        samples[kind].push(await timed(aBrowser(app, stage.origin), addressOf(kind, round)));
    }
    for (const kind of kindNames) {
      const { against } = kinds[kind];
      if (against !== null) tell(step, kind, compare(samples[kind], samples[against]));
    }
  }
  const file = option("json");
  if (file) await Bun.write(file, `${JSON.stringify({ tries, results }, null, 2)}\n`);
} finally {
  await database.close();
  await stage.stop();
}
const apart = Object.entries(results).filter(([, { verdict }]) => verdict === "told apart");
console.log(
  apart.length === 0
    ? "verdict: no kind of address is told apart by time"
    : `verdict: told apart by time: ${apart.map(([name]) => name).join(", ")}`,
);
process.exit(apart.length === 0 ? 0 : 1);

/** Less likely by chance than one in ten thousand, and larger than what a stranger could not use: slower in more than 55 of 100 pairs. */
function compare(kind: readonly number[], nobody: readonly number[]): Result {
  const compared = mannWhitney(kind, nobody);
  const isApart = compared.p < 0.0001 && Math.abs(compared.share - 0.5) > 0.05;
  const medianMs = [median(kind), median(nobody)] as const;
  return { ...compared, tries, medianMs, verdict: isApart ? "told apart" : "alike" };
}

function tell(step: string, kind: Kind, result: Result): void {
  results[`${step} ${kind}`] = result;
  const { u, p, share, medianMs, verdict } = result;
  const figures = `U ${u.toFixed(0).padStart(7)}  p ${p.toFixed(4)}  share ${share.toFixed(3)}`;
  const medians = medianMs.map((ms) => ms.toFixed(2)).join(" / ");
  console.log(`${`${step} ${kind}`.padEnd(22)} ${figures}  median ms ${medians}  ${verdict}`);
}

type Browser = ReturnType<typeof aBrowser>;

async function time(body: () => Promise<Response>): Promise<number> {
  const started = performance.now();
  const answer = await body();
  await answer.text();
  return performance.now() - started;
}

/** To the password, also where the address leads to an identity provider. */
function begin(browser: Browser, email: string): Promise<Response> {
  return browser.post("/sign-in", { email, return_to: "/", local: "1" });
}

async function password(browser: Browser, email: string): Promise<number> {
  await begin(browser, email);
  return time(() => browser.post("/sign-in/password", { password: "wrong and wrong again" }));
}

function address(browser: Browser, email: string): Promise<number> {
  return time(() => browser.post("/sign-in", { email, return_to: "/" }));
}

function forgotten(browser: Browser, email: string): Promise<number> {
  return time(() => browser.post("/forgotten-password", { email }));
}

async function options(browser: Browser, email: string): Promise<number> {
  await begin(browser, email);
  return time(() => browser.post("/sign-in/passkey/options"));
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}
