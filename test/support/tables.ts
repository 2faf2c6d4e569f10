// The tables of schema app as the catalogue has them, and a real row for any of them, made from that.
import { randomBytes, randomUUID } from "node:crypto";

export type Query = <Row extends Record<string, unknown>>(
  text: string,
  values?: readonly unknown[],
) => Promise<Row[]>;

export interface Column {
  readonly name: string;
  /** As format_type prints it: `timestamp with time zone`, `app.role`. */
  readonly type: string;
  readonly isRequired: boolean;
  readonly isComputed: boolean;
  /** The values of an enum type; empty for others. */
  readonly labels: readonly string[];
}

export interface Reference {
  readonly table: string;
  /** Pairs of own column and the other table's. */
  readonly columns: readonly (readonly [own: string, other: string])[];
}

export interface Table {
  /** Without its schema. */
  readonly name: string;
  readonly columns: readonly Column[];
  readonly primaryKey: readonly string[];
  readonly references: readonly Reference[];
}

/** Every table of schema app, by name. */
export async function readTables(query: Query): Promise<Map<string, Table>> {
  const rows = await query<{ table: Table }>(`
    select json_build_object(
      'name', c.relname,
      'columns', (select json_agg(json_build_object(
          'name', a.attname, 'type', format_type(a.atttypid, a.atttypmod),
          'isRequired', a.attnotnull and not a.atthasdef, 'isComputed', a.attgenerated <> '',
          'labels', array(select enumlabel from pg_enum where enumtypid = a.atttypid order by enumsortorder))
          order by a.attnum)
        from pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped),
      'primaryKey', array(select a.attname from pg_constraint k, unnest(k.conkey) with ordinality key (num, at)
          join pg_attribute a on a.attnum = key.num
        where k.conrelid = c.oid and k.contype = 'p' and a.attrelid = c.oid order by key.at),
      'references', (select coalesce(json_agg(json_build_object(
          'table', k.confrelid::regclass::text,
          'columns', (select json_agg(array[a.attname, b.attname])
            from unnest(k.conkey, k.confkey) pair (own, other)
            join pg_attribute a on a.attrelid = k.conrelid and a.attnum = pair.own
            join pg_attribute b on b.attrelid = k.confrelid and b.attnum = pair.other)) order by k.conname), '[]')
        from pg_constraint k where k.conrelid = c.oid and k.contype = 'f')
    ) as table
    from pg_class c where c.relnamespace = 'app'::regnamespace and c.relkind in ('r', 'p') order by c.relname`);
  return new Map(rows.map(({ table }) => [table.name, withoutSchemas(table)]));
}

const withoutSchemas = (table: Table): Table => ({
  ...table,
  references: table.references.map((reference) => ({
    ...reference,
    table: reference.table.replace(/^app\./, ""),
  })),
});

export type Values = Readonly<Record<string, unknown>>;

/** Values that the columns' types do not tell, because a check wants them: by table, then by column. */
const overrides: Readonly<Record<string, (tenantId: string) => Values>> = {
  // A tenant has one trial that has not ended.
  policy_trials: () => ({ ended_at: new Date() }),
  files: (tenantId) => ({ key: `${tenantId}/${randomUUID()}` }),
  // Only a retired key is without its private half.
  saml_keys: () => ({ sealed_key: Buffer.from("sealed") }),
  identity_provider_keys: () => ({ sealed_key: Buffer.from("sealed") }),
  // Only a provider's word names one.
  user_attributes: () => ({ source: "idp" }),
  // Of a sign-in or of somebody who tries it out.
  identity_provider_requests: () => ({ started_by: null }),
  // An application asked, or a provider.
  logouts: () => ({ identity_provider_id: null, told_provider_id: null }),
  organisation_domains: () => ({ proof_token: randomBytes(20).toString("hex") }),
};

export interface Rows {
  /** Values of a valid row of the tenant, not inserted; the rows that it refers to are made for it, and are there. */
  candidate(table: string, tenantId: string): Promise<Values>;
  /** A row of the tenant, inserted past row-level security; answers its values. */
  insert(table: string, tenantId: string): Promise<Values>;
}

/** Makes rows of `tables` through `query`, the superuser's. */
export function rowsOf(tables: ReadonlyMap<string, Table>, query: Query): Rows {
  const rows: Rows = {
    async candidate(name, tenantId) {
      const table = tables.get(name);
      if (!table) throw new Error(`there is no table app.${name}`);
      const values: Record<string, unknown> = {};
      for (const column of table.columns) {
        if (column.isRequired) values[column.name] = valueOf(name, column);
      }
      for (const { table: other, columns } of table.references) {
        // The tenant is there; a row that refers to its own table may be the first of its line.
        if (other === "tenants" || other === name) continue;
        const row = await rows.insert(other, tenantId);
        for (const [own, theirs] of columns) values[own] = row[theirs];
      }
      Object.assign(values, overrides[name]?.(tenantId));
      if (name !== "tenants") values["tenant_id"] = tenantId;
      return values;
    },
    async insert(name, tenantId) {
      const values = await rows.candidate(name, tenantId);
      const [row] = await query<Record<string, unknown>>(
        `${insertion(name, values)} returning *`,
        Object.values(values),
      ).catch((cause: unknown) => {
        const hint = "a check may want a value that test/support/tables.ts has to know (overrides)";
        throw new Error(`no row of app.${name} can be made: ${hint}`, { cause });
      });
      return row ?? {};
    },
  };
  return rows;
}

/** `insert into app.t ("a", "b") values ($1, $2)`, for the values in their order. */
export function insertion(table: string, values: Values): string {
  const names = Object.keys(values).map((name) => `"${name}"`);
  const places = names.map((_, at) => `$${at + 1}`);
  return `insert into app.${table} (${names.join(", ")}) values (${places.join(", ")})`;
}

function valueOf(table: string, { name, type, labels }: Column): unknown {
  const [label] = labels;
  if (label !== undefined) return label;
  const make = makers[type];
  if (!make)
    throw new Error(`no value is known for app.${table}.${name}, which is of type ${type}`);
  return make();
}

/** Random where a type has room for it, since keys must differ. */
const makers: Readonly<Record<string, () => unknown>> = {
  uuid: () => randomUUID(),
  text: () => `x${randomBytes(8).toString("hex")}`,
  bytea: () => randomBytes(32),
  "timestamp with time zone": () => new Date(),
  boolean: () => true,
  smallint: () => 1,
  integer: () => 1,
  bigint: () => 1,
  jsonb: () => "{}",
  "text[]": () => [],
};
