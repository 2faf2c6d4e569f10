// `bun run test`: everything that can be checked on one machine without a browser, stage by stage, on a PostgreSQL of its own.
// `--only=<part of a path>,…` runs just the tests of the files that match; `--only=test/journeys` is `bun run test:journeys`.
// The last line has the counts; exit 1 on a failure.
import { chmod, mkdir, mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { startPostgres } from "../bin/local/embedded-postgres.ts";
import { addressVariable, testServerSettings } from "./support/cluster.ts";
import { type Counts, countsOf, failuresOf, summaryOf } from "./support/junit.ts";
import { missingVariable } from "./support/programs.ts";

const checkout = join(import.meta.dir, "..");
/** Of each run its own: two may go on side by side. */
const report = join(checkout, `.artifacts/junit-${process.pid}.xml`);
/** A run that takes longer hangs. */
const stageMaxSeconds = 1_500;
const sources = ["src", "bin", "test"];
/** The tests in Chromium take as long as half of all others. */
const journeys = "test/journeys/";

interface Stage {
  readonly name: string;
  readonly command: readonly string[];
}

/** Tools are run by this very Bun: there may be no other, and no Node. */
const tool = (path: string, ...args: string[]) => [
  process.execPath,
  "--bun",
  join(checkout, "node_modules", path),
  ...args,
];

const checks: readonly Stage[] = [
  { name: "types", command: tool("typescript/bin/tsc", "--noEmit") },
  { name: "lint", command: tool("oxlint/bin/oxlint", "--type-aware", "--quiet", ...sources) },
  { name: "format", command: tool("oxfmt/bin/oxfmt", "--check", ...sources) },
  { name: "schema", command: [process.execPath, "bin/schema.ts", "--check"] },
];

let child: Bun.Subprocess | undefined;
let interrupted = false;

/** Runs a command below the checkout; its output is shown as it comes, or kept and shown only when it fails. */
async function run(command: readonly string[], env: Env, shows: boolean): Promise<number> {
  if (interrupted) throw new Error("interrupted");
  const started = Bun.spawn([...command], {
    cwd: checkout,
    env: { ...Bun.env, ...env },
    stdout: shows ? "inherit" : "pipe",
    stderr: shows ? "inherit" : "pipe",
    timeout: stageMaxSeconds * 1000,
  });
  child = started;
  const output = shows ? [] : await Promise.all([textOf(started.stdout), textOf(started.stderr)]);
  const exitCode = await started.exited;
  if (interrupted) throw new Error("interrupted");
  if (exitCode !== 0) console.log(output.join("").trimEnd());
  return exitCode;
}

const textOf = (stream: unknown) =>
  stream instanceof ReadableStream ? new Response(stream).text() : Promise.resolve("");

type Env = Readonly<Record<string, string>>;

async function timed<T>(name: string, body: () => Promise<T>, isOk: (result: T) => boolean) {
  const startedAt = performance.now();
  const result = await body();
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  console.log(`${isOk(result) ? "ok    " : "FAILED"} ${name.padEnd(8)} ${seconds.padStart(6)} s`);
  return result;
}

/**
 * The same order on every machine, long ones first, so that no core waits at the end: as they were asked for, then what lies on top, which
 * walks the whole application, then by size.
 */
async function inOrder(files: readonly string[], only: readonly string[]): Promise<string[]> {
  const places = await Promise.all(
    files.map(async (file) => ({
      file,
      asked: only.findIndex((part) => file.includes(part)),
      depth: file.split("/").length,
      size: (await stat(join(checkout, file))).size,
    })),
  );
  return places
    .toSorted(
      (a, b) =>
        a.asked - b.asked || a.depth - b.depth || b.size - a.size || (a.file < b.file ? -1 : 1),
    )
    .map(({ file }) => file);
}

async function runTests(only: readonly string[], env: Env): Promise<Counts> {
  const found = await Array.fromAsync(new Bun.Glob("test/**/*.test.{ts,tsx}").scan(checkout));
  const wanted = found.filter((file) =>
    only.length === 0 ? !file.startsWith(journeys) : only.some((part) => file.includes(part)),
  );
  const files = await inOrder(wanted, only);
  if (files.length === 0) throw new Error(`no test file matches ${only.join(", ")}`);
  await mkdir(join(report, ".."), { recursive: true });
  await rm(report, { force: true });
  const command = [
    process.execPath,
    "test",
    // One more than there are cores: a test mostly waits for the database.
    `--parallel=${availableParallelism() + 1}`,
    // Files share a process, so that the application is loaded once: a file cleans up after itself and declares under names of its own.
    "--no-isolate",
    "--only-failures",
    // The preload's default holds for the first file of a process only.
    "--timeout=60000",
    "--reporter=junit",
    `--reporter-outfile=${report}`,
    // Without the dot they would be parts of names.
    ...files.map((file) => `./${file}`),
  ];
  const exitCode = await run(command, env, true);
  const told = await readFile(report, "utf8").catch(() => "");
  for (const line of failuresOf(told)) console.log(line);
  return countsOf(told, files, exitCode);
}

async function everything(only: readonly string[], folder: string): Promise<Counts> {
  const server = await startPostgres({
    dataDir: join(folder, "postgres"),
    durable: false,
    settings: testServerSettings,
  });
  const missing = join(folder, "missing");
  try {
    const env = {
      [addressVariable]: JSON.stringify({
        host: server.host,
        port: server.port,
        user: server.user,
        password: server.password,
      }),
      [missingVariable]: missing,
      OXLINT_TSGOLINT_PATH: typeAwareLinter(),
    };
    let failedChecks = 0;
    for (const { name, command } of only.length > 0 ? [] : checks) {
      const exitCode = await timed(
        name,
        () => run(command, env, false),
        (code) => code === 0,
      );
      if (exitCode !== 0) failedChecks++;
    }
    const tests = await timed(
      "tests",
      () => runTests(only, env),
      ({ failed }) => failed === 0,
    );
    await nameMissing(missing);
    return { ...tests, failed: tests.failed + failedChecks };
  } finally {
    await server.stop();
  }
}

/** oxlint would start its type-aware half by Node. */
function typeAwareLinter(): string {
  const linter = Bun.resolveSync("oxlint-tsgolint/package.json", checkout);
  return Bun.resolveSync(`@oxlint-tsgolint/${process.platform}-${process.arch}/tsgolint`, linter);
}

async function nameMissing(file: string): Promise<void> {
  const names = new Set((await readFile(file, "utf8").catch(() => "")).split("\n").filter(Boolean));
  for (const name of [...names].toSorted()) {
    console.log(`not run: tests that need ${name}, which is not installed here`);
  }
}

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.on(signal, () => {
    interrupted = true;
    child?.kill(signal);
  });
}

const [argument = "--only=", ...others] = Bun.argv.slice(2);
if (others.length > 0 || !argument.startsWith("--only=")) {
  console.error("usage: bun test/run.ts [--only=<part of a path>,…]");
  process.exit(2);
}
const folder = await mkdtemp(join(tmpdir(), "weft-test-run-"));
// Where PostgreSQL has to run as another user than we are, it must be able to pass through.
await chmod(folder, 0o711);
try {
  const only = argument.slice("--only=".length).split(",").filter(Boolean);
  const counts = await everything(only, folder).catch((error: unknown): Counts => {
    console.error(error);
    return { passed: 0, failed: 1, skipped: 0 };
  });
  console.log(summaryOf(counts));
  process.exitCode = counts.failed > 0 ? 1 : 0;
} finally {
  await rm(folder, { recursive: true, force: true });
}
