// The statements that a piece of code sends, and the plans PostgreSQL makes for them under row-level security.
import { Client } from "pg";
import type { TenantId } from "#src/ids.ts";
import type { TestDatabase } from "./database.ts";

export interface Statement {
  readonly text: string;
  readonly values: readonly unknown[];
}

export interface Answered extends Statement {
  /** How many rows came back or were written; null: none came to be known. */
  readonly rowCount: number | null;
}

const framing = /^(begin|commit|rollback|select set_config)/i;

/** Every statement sent while `body` runs, in order, without what opens and closes transactions. Not for concurrent tests. */
export async function statementsOf(body: () => Promise<unknown>): Promise<Answered[]> {
  const sent: (Statement & { rowCount: number | null })[] = [];
  const original: unknown = Reflect.get(Client.prototype, "query");
  if (typeof original !== "function") throw new Error("pg has no Client.prototype.query any more");
  const record = (first: unknown, second: unknown, answer: unknown): void => {
    const isObject = typeof first === "object" && first !== null;
    const text = isObject && "text" in first ? first.text : first;
    const values = isObject && "values" in first ? first.values : second;
    if (typeof text !== "string" || framing.test(text)) return;
    const statement = {
      text,
      values: Array.isArray(values) ? values : [],
      rowCount: null as number | null,
    };
    sent.push(statement);
    if (!(answer instanceof Promise)) return;
    answer.then(
      ({ rowCount }: { rowCount: number | null }) => {
        statement.rowCount = rowCount;
      },
      () => undefined, // whoever sent it hears of it
    );
  };
  Reflect.set(Client.prototype, "query", function query(this: Client, ...parts: unknown[]) {
    const answer = Reflect.apply(original, this, parts) as unknown;
    record(parts[0], parts[1], answer);
    return answer;
  });
  try {
    await body();
  } finally {
    Reflect.set(Client.prototype, "query", original);
  }
  return sent;
}

/** The plan of a statement as a tenant's transaction gets it, as text; `ran`: with how many rows each part read, for a statement that reads. */
export async function planOf(
  { settings }: Pick<TestDatabase, "settings">,
  tenantId: TenantId,
  { text, values }: Statement,
  { ran = false }: { ran?: boolean } = {},
): Promise<string> {
  const explain = ran
    ? "explain (analyze, costs off, timing off, summary off, buffers off)"
    : "explain";
  const { host, port, name, user, password } = settings;
  const client = new Client({ host, port, database: name, user, password });
  await client.connect();
  try {
    await client.query("begin read only");
    await client.query(
      "select set_config('role', 'app_tenant', true), set_config('app.tenant_id', $1, true)",
      [tenantId],
    );
    const { rows } = await client.query<{ "QUERY PLAN": string }>(`${explain} ${text}`, [
      ...values,
    ]);
    return rows.map((row) => row["QUERY PLAN"]).join("\n");
  } finally {
    await client.end();
  }
}
