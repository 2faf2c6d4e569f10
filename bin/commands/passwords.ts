// The list of breached passwords on this machine: made from a downloaded one, and checked.
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { loadConfig } from "#src/config.ts";
import { BreachListError, buildFilter } from "#platform/passwords/breaches/build.ts";
import {
  falsePositiveRate,
  FilterUnreadable,
  verifyFilter,
} from "#platform/passwords/breaches/filter.ts";
import { environment, printOne } from "../_operate.ts";
import { exitCodes, nounCommand, strictCommand } from "../_strict.ts";

const json = { type: "boolean", description: "print JSON" } as const;

const importBreaches = strictCommand({
  meta: {
    name: "import-breaches",
    description:
      "Make the filter of breached passwords (BREACH_FILTER_PATH) from a list of SHA1:COUNT lines in order, as the downloader of " +
      "Have I Been Pwned writes it. The earlier filter stays in use until the new one is whole (exit 1: the list is not one)",
  },
  args: {
    file: {
      type: "positional",
      required: false,
      description: "the list; without one it is read from standard input",
    },
    json,
  },
  run: async ({ args }) => {
    const { filterPath } = loadConfig("operator", await environment()).breaches;
    const { file } = args;
    if (file !== undefined && !(await isFile(file)))
      return refuse(`${file} is not a file that can be read`);
    if (file === undefined && process.stdin.isTTY)
      return refuse("give the list's file, or the list on standard input");
    const source = file === undefined ? Bun.stdin.stream() : createReadStream(file);
    try {
      const built = await buildFilter(source, filterPath, new Date());
      printOne({ path: filterPath, ...built }, args.json ?? false);
    } catch (error) {
      if (!(error instanceof BreachListError)) throw error;
      refuse(error.message);
    }
  },
});

const checkFilter = strictCommand({
  meta: {
    name: "check-filter",
    description:
      "Read the whole filter of breached passwords and say what it holds (exit 1: there is none, or it is damaged)",
  },
  args: { json },
  run: async ({ args }) => {
    const { filterPath } = loadConfig("operator", await environment()).breaches;
    try {
      const state = await verifyFilter(filterPath);
      if (state === null) return refuse(`there is no filter at ${filterPath}`);
      const falsePositives = falsePositiveRate(state).toExponential(1);
      printOne({ path: filterPath, ...state, falsePositives }, args.json ?? false);
    } catch (error) {
      if (!(error instanceof FilterUnreadable)) throw error;
      refuse(`the filter at ${filterPath} cannot be used: ${error.message}`);
    }
  },
});

const isFile = (path: string) =>
  stat(path).then(
    (found) => found.isFile(),
    () => false,
  );

function refuse(problem: string): void {
  console.error(problem);
  process.exitCode = exitCodes.refused;
}

export const command = nounCommand("passwords", "The list of breached passwords on this machine", {
  "import-breaches": importBreaches,
  "check-filter": checkFilter,
});
