// A database server without a superuser for us, as hosting services have it: a login that owns the database and may make roles.
import { describe, expect, test } from "bun:test";
import { sql } from "kysely";
import { type DatabaseSettings, openDatabase } from "#platform/db/database.ts";
import { assertSchemaMatches, migrate, migrationStatus } from "#platform/db/migrate.ts";
import { TenantId } from "#src/ids.ts";
import { ownServer, query } from "../../../support/server.ts";

const server = await ownServer();
const root: DatabaseSettings = { ...server.database(), name: "postgres" };
const password = "managed /+=@:#%'\"\\$";

/** A login with these attributes, and a database that is its own unless told otherwise. */
async function managed(
  login: string,
  attributes = "createrole",
  owns = true,
): Promise<DatabaseSettings> {
  const { name } = server.database();
  const literal = `'${password.replaceAll("'", "''")}'`;
  await query(root, `create role "${login}" login ${attributes} password ${literal}`);
  await query(root, `create database ${name} ${owns ? `owner "${login}"` : ""}`);
  return { ...root, name, user: login, password };
}

const run = (settings: DatabaseSettings, appuserPassword = "first") =>
  migrate(settings, { appuserPassword, appVersion: "test" });

const owner = await managed("cloud.admin");

describe("migrate by the database's owner with CREATEROLE", () => {
  test("sets up all of it, and finds nothing to do the second time", async () => {
    expect((await run(owner)).applied.length).toBeGreaterThan(0);
    expect((await run(owner)).applied).toEqual([]);
    expect((await migrationStatus(owner)).state).toBe("current");
  });

  test("leaves roles that are as bound as a superuser makes them", async () => {
    const roles = await query(
      owner,
      `select rolname, rolsuper, rolinherit, rolcreaterole, rolcreatedb, rolcanlogin, rolreplication, rolbypassrls
       from pg_roles where rolname like 'app%' order by 1`,
    );
    const none = {
      rolsuper: false,
      rolinherit: false,
      rolcreaterole: false,
      rolcreatedb: false,
      rolreplication: false,
      rolbypassrls: false,
    };
    expect(roles).toEqual(
      ["app_owner", "app_system", "app_tenant", "appuser"].map((rolname) => ({
        ...none,
        rolname,
        rolcanlogin: rolname === "appuser",
      })),
    );
    const objects = await query(
      owner,
      `select distinct relowner::regrole::text as owner from pg_class
       where relnamespace = 'app'::regnamespace and relkind in ('r', 'p')
       union select proowner::regrole::text from pg_proc where pronamespace = 'app'::regnamespace
       union select nspowner::regrole::text from pg_namespace where nspname = 'app'`,
    );
    expect(objects).toEqual([{ owner: "app_owner" }]);
    const members = await query(
      owner,
      `select roleid::regrole::text as role, inherit_option, set_option, admin_option
       from pg_auth_members where member = 'appuser'::regrole order by 1`,
    );
    const bound = { inherit_option: false, set_option: true, admin_option: false };
    expect(members).toEqual([
      { role: "app_system", ...bound },
      { role: "app_tenant", ...bound },
    ]);
  });

  test("and the runtime works on it, each tenant by itself", async () => {
    await run(owner);
    const database = openDatabase({ ...owner, user: "appuser", password: "first" });
    try {
      await assertSchemaMatches(database);
      const created = async (subdomain: string) => {
        const { rows } = await database.system((db) =>
          sql<{ id: string }>`select (tenant).id from app.create_tenant(${subdomain}, 'T')`.execute(
            db,
          ),
        );
        return database.tenant(TenantId.parse(rows[0]?.id));
      };
      const [ours, theirs] = [await created("ours"), await created("theirs")];
      await ours.write((db) => db.insertInto("groups").values({ name: "A" }).execute());
      const count = (scope: typeof ours) =>
        scope.read((db) => db.selectFrom("groups").select("id").execute());
      expect([(await count(ours)).length, (await count(theirs)).length]).toEqual([1, 0]);
    } finally {
      await database.close();
    }
  });

  test("changes the runtime's password, though it may not read which it was", async () => {
    const logIn = async (appuser: string) => {
      const database = openDatabase({ ...owner, user: "appuser", password: appuser });
      const answer = await database
        .system((db) => sql`select 1`.execute(db))
        .then(
          () => "in",
          (error: { code?: string }) => error.code,
        );
      await database.close();
      return answer;
    };
    await run(owner, "second");
    expect([await logIn("first"), await logIn("second")]).toEqual(["28P01", "in"]);
  });

  test("puts back what a careless hand has changed", async () => {
    await run(owner);
    await query(owner, "alter role app_tenant login inherit");
    await query(owner, "alter role appuser reset search_path");
    await query(owner, "revoke app_system from appuser");
    await query(owner, `grant all on database ${owner.name} to public`);
    await run(owner);
    const [state] = await query(
      owner,
      `select (select rolcanlogin or rolinherit from pg_roles where rolname = 'app_tenant') as loose,
              pg_has_role('appuser', 'app_system', 'set') as may,
              has_database_privilege('app_owner', current_database(), 'connect') as open`,
    );
    expect(state).toEqual({ loose: false, may: true, open: false });
  });

  test("stops where somebody else has given the runtime more than it may have", async () => {
    await run(owner);
    await query(root, "grant app_tenant to appuser with inherit true granted by postgres");
    expect(run(owner)).rejects.toThrow("appuser has the rights of app_tenant");
    await query(root, "revoke app_tenant from appuser granted by postgres");
    await run(owner);
  });
});

describe("a login that cannot do it is told what it lacks, and nothing is touched", () => {
  test.each([
    ["plain", "", true, "may not make roles"],
    ["stranger", "createrole", false, "does not own the database"],
    ["newcomer", "createrole", true, "has no say in the roles app_owner, app_system"],
  ] as const)("%s", async (login, attributes, owns, says) => {
    await run(owner);
    const settings = await managed(login, attributes, owns);
    expect(run(settings)).rejects.toThrow(says);
    const there = await query(settings, "select to_regclass('public.schema_migration_log') as log");
    expect(there).toEqual([{ log: null }]);
  });
});
