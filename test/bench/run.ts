// `bun test/bench/run.ts [--seconds=8] [--json=file] [--profile=folder]`: what the product costs beside the bare operations it cannot do
// without, all measured in one run on one machine. The ratios are the result: the rates are the machine's. About 90 seconds.
import {
  type ServeProcess,
  freePorts,
  serveVariables,
  startServe,
} from "../http/support/process.ts";
import type { BareSettings } from "./bare.ts";
import {
  cores,
  type Figures,
  figuresOf,
  type Load,
  residentMib,
  type Round,
  underLoad,
} from "./load.ts";
import { buildStage, type Stage } from "./stage.ts";
import {
  type Ask,
  asking,
  readingBare,
  readingJson,
  readingPage,
  signing,
  signingIn,
  signingOn,
  verifying,
} from "./work.ts";

const options = readOptions(Bun.argv.slice(2));
const { seconds } = options;
/** People who sign in once each: more than any machine manages in the time. */
const peopleCount = 250 * cores + 100 * cores * seconds;
const callers = 8 * cores;
const roundCount = 2;

interface Results {
  readonly machine: { cores: number; cpu: string; bun: string; platform: string };
  readonly operations: Readonly<Record<string, Figures>>;
  readonly ratios: Readonly<Record<string, number>>;
  readonly process: Readonly<Record<string, number | null>>;
}

const stage = await buildStage({ people: peopleCount, sessions: callers });
const children: { kill(): void }[] = [];
try {
  const results = await measure(stage);
  print(results);
  if (options.json) await Bun.write(options.json, `${JSON.stringify(results, null, 2)}\n`);
} finally {
  for (const child of children) child.kill();
  await stage.stop();
}

async function measure(on: Stage): Promise<Results> {
  const starts = [await startAndStop(on), await startAndStop(on)];
  const flags = options.profile ? ["--cpu-prof", `--cpu-prof-dir=${options.profile}`] : [];
  const serve = await startServe(on.database, {}, flags);
  children.push({ kill: () => serve.kill("SIGTERM") });
  const worker = startWorker(on);
  const bare = await startBare(on);
  await Bun.sleep(2_000);
  const memory = {
    startMs: median([...starts, serve.startMs]),
    idleMib: residentMib(serve.pid),
    workerIdleMib: residentMib(worker.pid),
  };
  worker.kill();
  const operations = await runAll(on, asking(on, serve.port), asking(on, bare), serve.pid);
  const afterLoadMib = residentMib(serve.pid);
  serve.kill("SIGTERM");
  await serve.exited;
  return {
    machine: machine(),
    operations,
    ratios: ratiosOf(operations),
    process: { ...memory, afterLoadMib },
  };
}

/** Every operation in turn, and all of that twice: so that what else the machine does is shared out between them. */
async function runAll(on: Stage, product: Ask, beside: Ask, pid: number) {
  const loads: Readonly<Record<string, Omit<Load, "seconds">>> = {
    "argon2id verification": { work: verifying(on), callers: cores },
    "sign-in": { work: signingIn(product, on.people.slice(callers)), callers, pid },
    "RSA-2048 signature": { work: signing(), callers: cores * 2 },
    "SSO response": { work: signingOn(product, on), callers, pid },
    "bare route": { work: readingBare(beside, on), callers },
    "session page": { work: readingPage(product, on), callers, pid },
    "JSON read": { work: readingJson(product, on), callers, pid },
  };
  const rounds: Record<string, Round[]> = {};
  for (let round = 0; round < roundCount; round += 1) {
    for (const [name, load] of Object.entries(loads)) {
      const done = await underLoad({ ...load, seconds: seconds / roundCount });
      rounds[name] = [...(rounds[name] ?? []), done];
    }
  }
  return Object.fromEntries(Object.entries(rounds).map(([name, all]) => [name, figuresOf(all)]));
}

function ratiosOf(operations: Readonly<Record<string, Figures>>) {
  const rate = (name: string) => operations[name]?.perSecond ?? 0;
  return {
    "sign-ins per argon2id verification": rate("sign-in") / rate("argon2id verification"),
    "SSO responses per RSA-2048 signature": rate("SSO response") / rate("RSA-2048 signature"),
    "session pages per bare route": rate("session page") / rate("bare route"),
    "JSON reads per bare route": rate("JSON read") / rate("bare route"),
  };
}

/** Milliseconds from the start of the process to its readiness. */
async function startAndStop(on: Stage): Promise<number> {
  const serve: ServeProcess = await startServe(on.database);
  serve.kill("SIGTERM");
  await serve.exited;
  return serve.startMs;
}

function startWorker({ database }: Stage) {
  const worker = Bun.spawn([process.execPath, "bin/weft.ts", "worker"], {
    stdio: ["ignore", "ignore", "inherit"],
    env: {
      PATH: Bun.env["PATH"] ?? "",
      ...serveVariables,
      POSTGRES_HOST: database.host,
      POSTGRES_PORT: String(database.port),
      POSTGRES_DB: database.name,
      POSTGRES_PASSWORD: database.password,
    },
  });
  children.push(worker);
  return worker;
}

async function startBare({ superuser }: Stage): Promise<number> {
  const [port = 0] = await freePorts(1);
  const { host, user, password, name } = superuser;
  const settings: BareSettings = {
    port,
    database: { host, port: superuser.port, database: name, user, password },
  };
  const program = `${import.meta.dir}/bare.ts`;
  children.push(
    Bun.spawn([process.execPath, program, JSON.stringify(settings)], {
      stdio: ["ignore", "ignore", "inherit"],
    }),
  );
  return port;
}

function print({ machine: on, operations, ratios, process: memory }: Results): void {
  console.log(`${on.cpu}, ${on.cores} cores, Bun ${on.bun}, ${on.platform}\n`);
  const figure = (value: number | null, digits = 1) =>
    (value === null ? "–" : value.toFixed(digits)).padStart(9);
  console.log(
    `${"".padEnd(26)}${["per s", "p50 ms", "p95 ms", "CPU ms"].map((head) => head.padStart(9)).join("")}`,
  );
  for (const [name, { perSecond, p50Ms, p95Ms, cpuMs }] of Object.entries(operations)) {
    console.log(
      name.padEnd(26) + [perSecond, p50Ms, p95Ms, cpuMs].map((value) => figure(value)).join(""),
    );
  }
  console.log("");
  for (const [name, value] of Object.entries(ratios))
    console.log(name.padEnd(40) + figure(value, 3));
  console.log("");
  for (const [name, value] of Object.entries(memory))
    console.log(name.padEnd(40) + figure(value, 0));
}

function machine(): Results["machine"] {
  const { platform, arch } = process;
  const cpu = /model name\s*:\s*(.*)/.exec(cpuInfo())?.[1] ?? arch;
  return { cores, cpu, bun: Bun.version, platform: `${platform} ${arch}` };
}

function cpuInfo(): string {
  const { success, stdout } = Bun.spawnSync(["cat", "/proc/cpuinfo"]);
  return success ? stdout.toString() : "";
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

function readOptions(given: readonly string[]) {
  const wanted: Record<string, string> = { seconds: "8", json: "", profile: "" };
  for (const argument of given) {
    const [, name = "", value = ""] = /^--(\w+)=(.+)$/.exec(argument) ?? [];
    if (!(name in wanted)) {
      console.error("usage: bun test/bench/run.ts [--seconds=8] [--json=file] [--profile=folder]");
      process.exit(2);
    }
    wanted[name] = value;
  }
  return { seconds: Number(wanted["seconds"]), json: wanted["json"], profile: wanted["profile"] };
}
