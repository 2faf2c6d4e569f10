// Commands that mean what they say: an unknown flag, a missing value or a stray word is an error, not a shrug.
import { type ArgsDef, type CommandDef, defineCommand, showUsage } from "citty";

/** Exit codes that every command shares; a command's own are in its description. */
export const exitCodes = { done: 0, refused: 1, usage: 2, config: 78 } as const;

/** What is wrong with a command line, one sentence each. */
export function commandLineProblems(rawArgs: readonly string[], args: ArgsDef): string[] {
  const problems: string[] = [];
  const given = new Set<string>();
  const positionals = Object.entries(args).filter(([, spec]) => spec.type === "positional");
  let words = 0;
  for (let i = 0; i < rawArgs.length; i++) {
    const token = rawArgs[i] ?? "";
    if (!token.startsWith("-")) {
      words++;
      if (words > positionals.length) problems.push(`unexpected "${token}"`);
      continue;
    }
    const [flag = "", inline] = token.replace(/^--?/, "").split(/=(.*)/s, 2);
    const spec = args[flag];
    if (!token.startsWith("--") || !spec || spec.type === "positional") {
      problems.push(`unknown option ${token.split("=")[0]}`);
      continue;
    }
    if (given.has(flag)) problems.push(`option --${flag} is given twice`);
    given.add(flag);
    if (spec.type === "boolean") {
      if (inline !== undefined) problems.push(`option --${flag} takes no value`);
      continue;
    }
    const value = inline ?? rawArgs[++i];
    if (value === undefined || value === "" || (inline === undefined && value.startsWith("--"))) {
      problems.push(`option --${flag} needs a value`);
      if (inline === undefined && value?.startsWith("--")) i--;
    }
  }
  for (const [name, spec] of Object.entries(args)) {
    if (!spec.required) continue;
    if (spec.type === "positional" ? words < positionals.length : !given.has(name)) {
      problems.push(
        spec.type === "positional" ? `${name} is missing` : `option --${name} is missing`,
      );
    }
  }
  return problems;
}

/** A command whose line is checked before it runs; problems are reported together, exit 2 unless `usageExit` says otherwise. */
export function strictCommand<const T extends ArgsDef>(
  command: CommandDef<T> & { args: T },
  { usageExit = exitCodes.usage }: { usageExit?: number } = {},
): CommandDef<T> {
  return defineCommand<T>({
    ...command,
    args: withoutRequired(command.args),
    async run(context) {
      const problems = commandLineProblems(context.rawArgs, command.args);
      if (problems.length > 0) {
        for (const problem of problems) console.error(problem);
        console.error("Try --help.");
        process.exitCode = usageExit;
        return;
      }
      await command.run?.(context);
    },
  });
}

/** citty would stop at the first missing option: it is told that none is required, the check above names them all. */
function withoutRequired<T extends ArgsDef>(args: T): T {
  const relaxed = Object.entries(args).map(([name, spec]) => [
    name,
    spec.required
      ? { ...spec, required: false, description: `${spec.description} (required)` }
      : spec,
  ]);
  return Object.fromEntries(relaxed) as T;
}

/** A noun with verbs: without a known verb it shows its usage and exits 2. */
export function nounCommand(
  name: string,
  description: string,
  subCommands: NonNullable<CommandDef["subCommands"]>,
  /** `version`: what `--version` answers. */
  more: { readonly version?: string } = {},
): CommandDef {
  const command: CommandDef = defineCommand({
    meta: { name, description, ...more },
    subCommands,
    async run({ rawArgs }) {
      if (rawArgs.some((arg) => !arg.startsWith("-"))) return;
      await showUsage(command);
      process.exitCode = exitCodes.usage;
    },
  });
  return command;
}
