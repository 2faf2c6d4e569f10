// What is well with this installation, and what is not, with the line that repairs it.
import {
  type CheckReport,
  type DoctorReport,
  runDoctor,
  summary,
} from "#src/operations/doctor/index.ts";
import { parseDespiteProblems } from "#src/config/stand-ins.ts";
import { openResources } from "#src/resources.ts";
import { environment } from "../_operate.ts";
import { exitCodes, strictCommand } from "../_strict.ts";

const lingerMs = 1_000;

export const command = strictCommand({
  meta: {
    name: "doctor",
    description:
      "Look at the whole installation: settings, database, roles, isolation, workers, mail, DNS, TLS, proxy (exit 0 when nothing failed, 1 when something did)",
  },
  args: {
    "mail-to": { type: "string", description: "also send a test message to this address" },
    json: { type: "boolean", description: "print JSON" },
  },
  async run({ args }) {
    const { config, problems } = parseDespiteProblems(await environment());
    // The report tells what fails: the log would only be in the way of it.
    await using services = openResources({ ...config, log: { level: "silent" } });
    const report = await runDoctor(services, { problems, mailTo: args["mail-to"] ?? null });
    if (args.json) console.log(JSON.stringify(report, null, 2));
    else print(report);
    process.exitCode = report.ok ? exitCodes.done : exitCodes.refused;
    // A check that was given up may still hold a connection: nobody waits for that.
    setTimeout(() => process.exit(), lingerMs).unref();
  },
});

function print({ checks }: DoctorReport): void {
  for (const check of checks) printCheck(check);
  console.log(`\n${summary(checks)}`);
}

/** The title stands on the first line of each check alone. */
function printCheck({ title, findings }: CheckReport): void {
  for (const [at, { state, says, repair }] of findings.entries()) {
    console.log(`${state.padEnd(8)} ${(at === 0 ? title : "").padEnd(21)} ${says}`);
    if (repair !== null) console.log(`${" ".repeat(31)}repair: ${repair}`);
  }
}
