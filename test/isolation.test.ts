// Two tenants, a real row of each in every table: what one can do with the other's rows, by every statement, in every role,
// under every wrong setting of the tenant. The answer must be: see nothing, change nothing, or be refused.
import { beforeAll, describe, expect, test } from "bun:test";
import { type Client, DatabaseError } from "pg";
import { seesAllTenants, tableClasses, tablesOfKind } from "./support/classes.ts";
import { testDatabase } from "./support/database.ts";
import { insertion, readTables, rowsOf, type Table, type Values } from "./support/tables.ts";

const { connect, asSuperuser, aTenant } = await testDatabase();
const tables = await readTables(asSuperuser);
const rows = rowsOf(tables, asSuperuser);
const [ours, theirs] = [await aTenant(), await aTenant()];

const tenantTables = tablesOfKind("tenant");
const roles = ["app_tenant", "app_system", "appuser", "app_owner"] as const;
const verbs = ["select", "insert", "update", "delete"] as const;
type Role = (typeof roles)[number];
type Verb = (typeof verbs)[number];

/** What `app.tenant_id` holds. Undefined: it was never set on the connection, which Postgres tells apart from empty. */
const scopes: Readonly<Record<string, string | undefined>> = {
  "another tenant": ours.id,
  "no tenant": "",
  "a tenant that was never set": undefined,
  "a malformed tenant": `${theirs.id}'--`,
};

/** Connections by role and by whether the tenant was ever set on them: the runtime's login, or the superuser for app_owner. */
const clients = new Map<string, Promise<Client>>();
function clientFor(role: Role, isFresh: boolean): Promise<Client> {
  const key = `${role} ${isFresh}`;
  const client = clients.get(key) ?? connect(role === "app_owner" ? "superuser" : "appuser");
  clients.set(key, client);
  return client;
}

type Outcome = { readonly count: number } | { readonly refused: string };

/** One statement in a transaction of its own, as a role and under a scope. It commits unless told otherwise. */
async function attempt(
  role: Role,
  scope: string | undefined,
  statement: { text: string; values?: readonly unknown[] },
  end: "commit" | "rollback" = "commit",
): Promise<Outcome> {
  const client = await clientFor(role, scope === undefined);
  await client.query("begin");
  try {
    if (role !== "appuser") await client.query("select set_config('role', $1, true)", [role]);
    if (scope !== undefined)
      await client.query("select set_config('app.tenant_id', $1, true)", [scope]);
    const { rowCount } = await client.query(statement.text, [...(statement.values ?? [])]);
    await client.query(end);
    return { count: rowCount ?? 0 };
  } catch (error) {
    await client.query("rollback");
    if (!(error instanceof DatabaseError)) throw error;
    return { refused: error.code ?? "" };
  }
}

/** The statement that would reach into a tenant's rows of a table. */
async function reach(verb: Verb, table: Table, tenantId: string) {
  const own = `where tenant_id = '${tenantId}'`;
  const column = table.columns.find(
    ({ name, isComputed }) => !isComputed && !table.primaryKey.includes(name),
  );
  const settable = column?.name ?? "tenant_id";
  if (verb === "select") return { text: `select * from app.${table.name} ${own}` };
  if (verb === "update")
    return { text: `update app.${table.name} set "${settable}" = "${settable}" ${own}` };
  if (verb === "delete") return { text: `delete from app.${table.name} ${own}` };
  const values = await rows.candidate(table.name, tenantId);
  return { text: insertion(table.name, values), values: Object.values(values) };
}

/** No privilege or a policy's refusal; the tenant setting is no uuid. Any other error would be a mistake of this test. */
const refusals = ["42501", "22P02"];
const isHarmless = (verb: Verb, outcome: Outcome): boolean =>
  "refused" in outcome
    ? refusals.includes(outcome.refused)
    : verb !== "insert" && outcome.count === 0;

const contents = (table: string, tenantId: string) =>
  asSuperuser(
    `select to_jsonb(t) as row from app.${table} t where tenant_id = $1 order by t::text`,
    [tenantId],
  );

const hasParents = ({ references }: Table) => references.some(({ table }) => table !== "tenants");

/** The statement that would put ours and theirs into one row: a new one, or the one row that a tenant has of such a table. */
function mixing(table: Table, values: Values) {
  const mixed = { ...values, tenant_id: ours.id };
  const isThere = tableClasses[table.name]?.isSingle === true && hasParents(table);
  if (!isThere) return { text: insertion(table.name, mixed), values: Object.values(mixed) };
  const sets = Object.keys(mixed).map((column, at) => `"${column}" = $${at + 1}`);
  return { text: `update app.${table.name} set ${sets.join(", ")}`, values: Object.values(mixed) };
}

function tableNamed(name: string): Table {
  const table = tables.get(name);
  if (!table) throw new Error(`there is no table app.${name}`);
  return table;
}

beforeAll(async () => {
  for (const name of tenantTables) {
    await rows.insert(name, ours.id);
    await rows.insert(name, theirs.id);
  }
});

describe.each(tenantTables)("app.%s", (name) => {
  const table = tableNamed(name);
  const isSingle = tableClasses[name]?.isSingle === true;

  describe.each(roles.filter((role) => seesAllTenants[name] !== role))("as %s", (role) => {
    test.each([...verbs])("has no way to %s another tenant's rows", async (verb) => {
      const harmful: unknown[] = [];
      for (const [scope, tenantId] of Object.entries(scopes)) {
        const statement = await reach(verb, table, theirs.id);
        const before = await contents(name, theirs.id);
        const outcome = await attempt(role, tenantId, statement);
        const isUnchanged = Bun.deepEquals(await contents(name, theirs.id), before);
        if (!isUnchanged || !isHarmless(verb, outcome))
          harmful.push({ scope, outcome, isUnchanged });
      }
      expect(harmful).toEqual([]);
    });
  });

  test("reaches no other tenant's row by a statement without a condition", async () => {
    const before = await contents(name, theirs.id);
    const own = await contents(name, ours.id);
    const seen = await attempt("app_tenant", ours.id, { text: `select * from app.${name}` });
    expect(seen).toEqual({ count: own.length });
    const { text } = await reach("update", table, ours.id);
    const changed = await attempt("app_tenant", ours.id, { text: text.replace(/ where .*/, "") });
    const emptied = await attempt(
      "app_tenant",
      ours.id,
      { text: `delete from app.${name}` },
      "rollback",
    );
    for (const outcome of [changed, emptied]) {
      expect(outcome).toBeOneOf([{ count: own.length }, { refused: "42501" }]);
    }
    expect(await contents(name, theirs.id)).toEqual(before);
  });

  test("does not let a row be moved to another tenant", async () => {
    const move = {
      text: `update app.${name} set tenant_id = '${theirs.id}' where tenant_id = '${ours.id}'`,
    };
    expect(await attempt("app_tenant", ours.id, move)).toEqual({ refused: "42501" });
  });

  test("does not let a row refer to another tenant's", async () => {
    const values = await rows.candidate(name, theirs.id);
    const statement = mixing(table, values);
    // 23503: the key of the referred row holds its tenant. Without references there is nothing foreign in the row.
    // 23514: the name of a file's object begins with its tenant.
    const ownKey = name === "files" ? { refused: "23514" } : { count: 1 };
    const alone = isSingle ? { refused: "23505" } : ownKey;
    const expected = hasParents(table) ? { refused: "23503" } : alone;
    expect(await attempt("app_tenant", ours.id, statement, "rollback")).toEqual(expected);
  });

  // Without this the refusals above might have another cause than the tenant.
  test("lets a tenant do with its own rows what its role may do", async () => {
    const outcomes: Record<string, string> = {};
    for (const verb of verbs) {
      const statement = await reach(verb, table, ours.id);
      const outcome = await attempt("app_tenant", ours.id, statement, "rollback");
      outcomes[verb] =
        "refused" in outcome ? outcome.refused : outcome.count > 0 ? "done" : "nothing";
    }
    const changing = name === "audit_events" ? "42501" : "done";
    expect(outcomes).toEqual({
      select: "done",
      // The one row is there: the insert came as far as its key.
      insert: isSingle ? "23505" : "done",
      update: changing,
      delete: changing,
    });
  });
});

test("app_system sees the jobs of all tenants, takes and ends them, and enqueues none", async () => {
  for (const { id } of [ours, theirs]) {
    for (const verb of ["select", "update", "delete"] as const) {
      const outcome = await attempt(
        "app_system",
        "",
        await reach(verb, tableNamed("jobs"), id),
        "rollback",
      );
      expect(outcome).not.toEqual({ count: 0 });
    }
    const insert = await reach("insert", tableNamed("jobs"), id);
    expect(await attempt("app_system", "", insert)).toEqual({ refused: "42501" });
  }
});

describe("app.tenants", () => {
  const text = {
    select: "select * from app.tenants",
    update: "update app.tenants set name = 'x'",
    delete: "delete from app.tenants",
    insert: "insert into app.tenants (subdomain, name) values ('intruder', 'x')",
  };

  test("shows and renames to a tenant itself alone", async () => {
    expect(await attempt("app_tenant", ours.id, { text: text.select })).toEqual({ count: 1 });
    expect(await attempt("app_tenant", ours.id, { text: text.update })).toEqual({ count: 1 });
    expect(await asSuperuser("select name from app.tenants where id = $1", [theirs.id])).toEqual([
      { name: `Tenant ${theirs.subdomain}` },
    ]);
  });

  test.each(["", "x"])("shows nothing under the tenant %p", async (scope) => {
    for (const verb of ["select", "update"] as const) {
      expect(isHarmless(verb, await attempt("app_tenant", scope, { text: text[verb] }))).toBe(true);
    }
  });

  test.each([
    ["app_tenant", "update app.tenants set state = 'suspended'"],
    ["app_tenant", "update app.tenants set subdomain = 'taken'"],
    ["app_tenant", text.insert],
    ["app_tenant", text.delete],
    ...Object.values(text).map((statement) => ["app_system", statement] as const),
    ...Object.values(text).map((statement) => ["appuser", statement] as const),
  ] as const)("refuses to %s: %s", async (role, statement) => {
    expect(await attempt(role, ours.id, { text: statement })).toEqual({ refused: "42501" });
  });
});

describe.each(tablesOfKind("system"))("app.%s", (name) => {
  test.each([...roles])("is open to app_system alone: %s", async (role) => {
    const rights = tableClasses[name]?.rights.app_system ?? [];
    for (const [right, text] of [
      ["select", `select * from app.${name}`],
      ["delete", `delete from app.${name}`],
    ] as const) {
      const outcome = await attempt(role, ours.id, { text });
      if (role === "app_system" && rights.includes(right))
        expect(outcome).toEqual({ count: expect.any(Number) });
      else expect(isHarmless("select", outcome)).toBe(true);
    }
  });
});

describe("a tenant that is deleted", () => {
  test("takes every row of its own along, and none of another's", async () => {
    const gone = await aTenant();
    const counts = async (tenantId: string) => {
      const found: Record<string, number> = {};
      for (const name of tenantTables) found[name] = (await contents(name, tenantId)).length;
      return found;
    };
    for (const name of tenantTables) await rows.insert(name, gone.id);
    const before = await counts(ours.id);
    expect(Object.values(await counts(gone.id)).every((count) => count > 0)).toBe(true);
    await asSuperuser("delete from app.tenants where id = $1", [gone.id]);
    expect(Object.values(await counts(gone.id)).every((count) => count === 0)).toBe(true);
    expect(await counts(ours.id)).toEqual(before);
  });
});
