// Bringing people along from another system: a file with one JSON object a line, as the API takes them.
import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import { inviteUser } from "#features/invitations/index.ts";
import { siteOf } from "#features/tenants/index.ts";
import { adoptHash, createUser, importUser, NewPerson } from "#features/users/index.ts";
import { DomainError } from "#platform/errors.ts";
import { postOf } from "#platform/http/handling.ts";
import { problemsOf } from "#platform/http/input.ts";
import { operate, type Operating, printOne } from "../_operate.ts";
import { exitCodes, strictCommand } from "../_strict.ts";

const lineMost = 16_384;

export const importPeople = strictCommand({
  meta: {
    name: "import",
    description:
      "Add people from a file of JSON objects, one a line: firstName, lastName, email, role, and passwordHash with emailVerified: true, " +
      "or none to invite them. Lines that cannot be taken are listed (exit 1); the others are added. May be run again: addresses " +
      "that are here already are listed and left alone",
  },
  args: {
    file: { type: "positional", required: true, description: "the file" },
    tenant: { type: "string", required: true, description: "the tenant's subdomain" },
    "dry-run": { type: "boolean", description: "only say what is wrong with the lines" },
    json: { type: "boolean", description: "print JSON" },
  },
  run: ({ args }) =>
    operate("user import", async (operating) => {
      const add = await adder(operating, args.tenant);
      const counts = { added: 0, invited: 0, refused: 0 };
      let line = 0;
      for await (const text of linesOf(args.file)) {
        line += 1;
        if (text.trim() === "") continue;
        const outcome = await take(text, args["dry-run"] ? null : add);
        if (typeof outcome !== "string") {
          counts.refused += 1;
          for (const problem of outcome.problems) console.error(`line ${line}: ${problem}`);
        } else counts[outcome] += 1;
      }
      printOne(counts, args.json ?? false);
      if (counts.refused > 0) process.exitCode = exitCodes.refused;
    }),
});

type Outcome = "added" | "invited" | { readonly problems: readonly string[] };
type Add = (person: NewPerson) => Promise<"added" | "invited">;

const linesOf = (path: string) =>
  createInterface({ input: createReadStream(path, "utf8"), crlfDelay: Number.POSITIVE_INFINITY });

async function take(text: string, add: Add | null): Promise<Outcome> {
  const parsed = NewPerson.safeParse(objectIn(text));
  if (!parsed.success) {
    const problems = Object.entries(problemsOf(parsed.error.issues));
    return {
      problems: problems.map(([field, problem]) => (field ? `${field}: ${problem}` : problem)),
    };
  }
  const isInvited = parsed.data.passwordHash === undefined;
  if (add === null) return isInvited ? "invited" : "added";
  try {
    return await add(parsed.data);
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    const { errors } = error.detail;
    return { problems: errors ? Object.values(errors) : [error.spec.title] };
  }
}

function objectIn(text: string): unknown {
  if (text.length > lineMost) return undefined;
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

async function adder(
  { services, config, actor, tenantNamed }: Operating,
  subdomain: string,
): Promise<Add> {
  const found = await tenantNamed(subdomain);
  const post = postOf(services, siteOf(config, found));
  const scope = services.database.tenant(found.id);
  return async (person) => {
    const now = services.clock.now();
    const hash = await adoptHash(services.passwords, actor, person);
    return scope.write(async (db) => {
      if (hash) {
        await importUser(db, actor, { person, hash, now });
        return "added";
      }
      const { id: userId } = await createUser(db, actor, person);
      await inviteUser(db, post, actor, { userId, now });
      return "invited";
    });
  };
}
