// What every run asserts again: the runtime role's password, roles, ownership and settings (sql/roles.sql).
import { describe, expect, test } from "bun:test";
import { sql } from "kysely";
import { type DatabaseSettings, openDatabase } from "#platform/db/database.ts";
import { migrate } from "#platform/db/migrate.ts";
import { isVerifierOf, scramVerifier } from "#platform/db/migrate/scram.ts";
import { ownServer, query } from "../../../support/server.ts";

const server = await ownServer({ log_statement: "all", log_min_duration_statement: "0" });
const settings = server.database();

const run = (appuserPassword: string) =>
  migrate(settings, { appuserPassword, appVersion: "test", createDatabase: true });

async function logIn(password: string, database: DatabaseSettings = settings): Promise<string> {
  const opened = openDatabase({ ...database, user: "appuser", password });
  try {
    const { rows } = await opened.system((db) =>
      sql<{ user: string }>`select session_user as user`.execute(db),
    );
    return rows[0]?.user ?? "";
  } finally {
    await opened.close();
  }
}

const verifier = () =>
  query(settings, "select rolpassword from pg_authid where rolname = 'appuser'");

describe("the password of appuser", () => {
  test.each([
    "/+=@:#%'\"\\$ {}[]()<>|&;*?!`~^,.-_",
    " leading and trailing ",
    "a'; drop role app_owner; --",
    "$$ $1 %s %I ${x} \\' E'\\n",
    "mVf+/Zk2Jx0c8S9qY1o3nQ7tLw5uRbPdHgEeXaTiKy4=",
    "päßwörd ☃ 𝕏",
    "e\u0301 \u2167 non\u00A0breaking soft\u00ADhyphen",
  ])("lets it log in, whatever it holds: %s", async (password) => {
    await run(password);
    expect(await logIn(password)).toBe("appuser");
  });

  test("is refused once it is another one", async () => {
    await run("before");
    await run("after");
    expect(logIn("before")).rejects.toMatchObject({ code: "28P01" });
    expect(await logIn("after")).toBe("appuser");
  });

  test("is left alone when it is the same", async () => {
    await run("same");
    const before = await verifier();
    await run("same");
    expect(await verifier()).toEqual(before);
  });

  test("never reaches the server, whose log has every statement", async () => {
    await run("Sesame-open-1234567890");
    const log = await server.log();
    expect(log).toContain("alter role appuser password 'SCRAM-SHA-256$4096:");
    expect(log).not.toContain("Sesame");
  });
});

describe("scramVerifier", () => {
  test("is what the server makes of the same password", async () => {
    await query(settings, "create role made_by_server password 'pencil'");
    const [row] = await query<{ verifier: string }>(
      settings,
      "select rolpassword as verifier from pg_authid where rolname = 'made_by_server'",
    );
    await query(settings, "drop role made_by_server");
    expect(isVerifierOf("pencil", row?.verifier ?? "")).toBe(true);
    expect(isVerifierOf("pencils", row?.verifier ?? "")).toBe(false);
  });

  test("takes another salt each time", () => {
    expect(scramVerifier("pencil")).not.toBe(scramVerifier("pencil"));
    expect(isVerifierOf("pencil", scramVerifier("pencil"))).toBe(true);
  });

  test.each([null, "", "md5c1f1d2b0", "SCRAM-SHA-256$x"])(
    "takes %p for no verifier of any password",
    (other) => {
      expect(isVerifierOf("", other)).toBe(false);
    },
  );
});

describe("a run of migrate", () => {
  const state = () =>
    query(
      settings,
      `select
         (select json_agg(r order by rolname) from (select rolname, rolsuper, rolinherit, rolcreaterole, rolcreatedb,
            rolcanlogin, rolreplication, rolbypassrls, rolconfig from pg_roles where rolname like 'app%') r) as roles,
         (select json_agg(m order by m::text) from (select roleid::regrole, inherit_option, set_option, admin_option
            from pg_auth_members where member = 'appuser'::regrole) m) as members,
         (select json_agg(o order by o::text) from (
            select oid::regclass::text as name, relowner::regrole as owner from pg_class where relnamespace = 'app'::regnamespace
            union all select oid::regprocedure::text, proowner::regrole from pg_proc where pronamespace = 'app'::regnamespace
            union all select oid::regtype::text, typowner::regrole from pg_type where typnamespace = 'app'::regnamespace
            union all select nspname, nspowner::regrole from pg_namespace where nspname = 'app') o) as owners,
         (select json_agg(c order by c::text) from pg_database d, unnest(d.datacl) c where datname = current_database()) as access,
         (select json_agg(s.setconfig) from pg_db_role_setting s join pg_database d on d.oid = s.setdatabase
            where d.datname = current_database()) as settings`,
    );

  test("puts back what a restored dump or a careless hand has changed", async () => {
    await run("p");
    const before = await state();
    expect(before).toMatchObject([
      { settings: [["TimeZone=UTC"]], access: ["appuser=c/postgres", "postgres=CTc/postgres"] },
    ]);
    await query(settings, "alter role appuser superuser createdb inherit");
    await query(settings, "alter role app_tenant bypassrls login");
    await query(settings, "alter role appuser reset search_path");
    await query(settings, "revoke app_system from appuser");
    await query(settings, "grant app_tenant to appuser with inherit true, admin true");
    await query(settings, "reassign owned by app_owner to postgres");
    await query(settings, `alter database ${settings.name} reset timezone`);
    await query(settings, `grant all on database ${settings.name} to public`);
    await query(settings, `revoke connect on database ${settings.name} from appuser`);
    expect(await state()).not.toEqual(before);
    await run("p");
    expect(await state()).toEqual(before);
  });

  test("changes nothing where nothing differs, so that other databases of the server are not disturbed", async () => {
    await run("p");
    const versions =
      "select oid, xmin from pg_authid where rolname like 'app%' union all select oid, xmin from pg_auth_members order by 1";
    const before = await query(settings, versions);
    await run("p");
    expect(await query(settings, versions)).toEqual(before);
  });
});
