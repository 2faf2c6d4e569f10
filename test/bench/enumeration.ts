// `bun test/bench/enumeration.ts [--tries=1000] [--steps=password,address] [--json=file]`: whether the time of an answer tells who has
// an account. Known and unknown addresses in turn, each try by a browser of its own network; two samples a step, compared by
// Mann–Whitney. p near 0 with a share far from 0.5 would be a difference that an attacker can use; the same comparison of two samples of
// unknown addresses is printed beside it, because that is what chance looks like on this machine. About three minutes.
import { openDatabase } from "#platform/db/database.ts";
import { aBrowser } from "../support/browser.ts";
import { testApplication, testServices } from "../support/services.ts";
import { type Comparison, mannWhitney } from "./mann-whitney.ts";
import { buildStage } from "./stage.ts";

type Result = Comparison & { readonly medianMs: readonly number[] };

const option = (name: string) =>
  Bun.argv.find((word) => word.startsWith(`--${name}=`))?.slice(name.length + 3);
const tries = Number(option("tries") ?? 1_000);
const wanted = option("steps")?.split(",");

const stage = await buildStage({ people: tries, sessions: 0 });
const database = openDatabase(stage.database);
try {
  const services = testServices(database);
  // Wrong passwords by the thousand are what the limits are for: an hour lies between two tries of a round.
  const app = testApplication(services);
  const results: Record<string, Result> = {};
  for (const [step, timed] of Object.entries({ password, address, forgotten, options })) {
    if (wanted && !wanted.includes(step)) continue;
    const kinds = { known: [] as number[], unknown: [] as number[], control: [] as number[] };
    for (let round = 0; round < tries; round += 1) {
      if (round % 50 === 0) services.clock.advance({ hours: 2 });
      const order = Object.entries({
        known: stage.people[round]?.email ?? "",
        unknown: `unknown${round}@bench.example.com`,
        control: `control${round}@bench.example.com`,
      });
      // No kind is always first.
      for (const [kind, email] of [...order.slice(round % 3), ...order.slice(0, round % 3)])
        kinds[kind as keyof typeof kinds].push(await timed(aBrowser(app, stage.origin), email));
    }
    const medianMs = Object.values(kinds).map(median);
    results[step] = { ...mannWhitney(kinds.known, kinds.unknown), medianMs };
    results[`${step} (chance)`] = { ...mannWhitney(kinds.control, kinds.unknown), medianMs };
    for (const name of [step, `${step} (chance)`]) tell(name, results[name]);
  }
  const file = option("json");
  if (file) await Bun.write(file, `${JSON.stringify({ tries, results }, null, 2)}\n`);
} finally {
  await database.close();
  await stage.stop();
}

function tell(name: string, result: Result | undefined): void {
  if (!result) return;
  const { p, share, z, medianMs } = result;
  const figures = `p ${p.toFixed(4)}  share ${share.toFixed(4)}  z ${z.toFixed(2)}`;
  const medians = medianMs.map((ms) => ms.toFixed(2)).join(" / ");
  console.log(`${name.padEnd(22)} ${figures}  median ms known/unknown/control ${medians}`);
}

type Browser = ReturnType<typeof aBrowser>;

async function time(body: () => Promise<Response>): Promise<number> {
  const started = performance.now();
  const answer = await body();
  await answer.text();
  return performance.now() - started;
}

async function password(browser: Browser, email: string): Promise<number> {
  await browser.post("/sign-in", { email, return_to: "/" });
  return time(() => browser.post("/sign-in/password", { password: "wrong and wrong again" }));
}

function address(browser: Browser, email: string): Promise<number> {
  return time(() => browser.post("/sign-in", { email, return_to: "/" }));
}

function forgotten(browser: Browser, email: string): Promise<number> {
  return time(() => browser.post("/forgotten-password", { email }));
}

async function options(browser: Browser, email: string): Promise<number> {
  await browser.post("/sign-in", { email, return_to: "/" });
  return time(() => browser.post("/sign-in/passkey/options"));
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}
