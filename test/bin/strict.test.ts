import { describe, expect, test } from "bun:test";
import { commandLineProblems } from "../../bin/_strict.ts";

const args = {
  subdomain: { type: "positional", required: true, description: "" },
  to: { type: "string", required: true, description: "" },
  json: { type: "boolean", description: "" },
} as const;

describe("a command line", () => {
  const lines: readonly [name: string, line: readonly string[], problems: readonly string[]][] = [
    ["in order", ["acme", "--to", "a@b.test", "--json"], []],
    ["with = instead of a space", ["acme", "--to=a@b.test"], []],
    ["with an unknown option", ["acme", "--to", "x", "--bogus"], ["unknown option --bogus"]],
    ["with a short option", ["acme", "--to", "x", "-j"], ["unknown option -j"]],
    ["without a value", ["acme", "--to"], ["option --to needs a value"]],
    [
      "with an option where a value belongs",
      ["acme", "--to", "--json"],
      ["option --to needs a value"],
    ],
    ["with an empty value", ["acme", "--to="], ["option --to needs a value"]],
    ["with an option twice", ["acme", "--to", "x", "--to", "y"], ["option --to is given twice"]],
    [
      "with a value for a switch",
      ["acme", "--to", "x", "--json=no"],
      ["option --json takes no value"],
    ],
    ["with a stray word", ["acme", "--to", "x", "more"], ['unexpected "more"']],
    [
      "that names everything missing at once",
      [],
      ["subdomain is missing", "option --to is missing"],
    ],
  ];
  for (const [name, line, problems] of lines) {
    test(name, () => {
      expect(commandLineProblems(line, args)).toEqual([...problems]);
    });
  }
});
