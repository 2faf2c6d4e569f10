// Whether a login may migrate: a superuser, or the database's owner with CREATEROLE.
import type { Client } from "pg";
import { texts } from "./texts.ts";

interface Rights {
  readonly login: string;
  readonly isSuperuser: boolean;
  readonly mayMakeRoles: boolean;
  readonly isOwner: boolean;
  /** Roles of ours that are there, and that this login may neither alter nor grant. */
  readonly foreign: readonly string[];
}

/** Says it before anything is tried, rather than by the error of one statement among many. */
export async function requireRights(client: Client): Promise<void> {
  const { rows } = await client.query<Rights>(
    `select current_user as login, me.rolsuper as "isSuperuser", me.rolcreaterole as "mayMakeRoles",
            pg_has_role(d.datdba, 'usage') as "isOwner",
            array(select rolname::text from pg_roles
                  where rolname in ('app_owner', 'app_tenant', 'app_system', 'appuser')
                    and not pg_has_role(oid, 'member with admin option') order by 1) as foreign
     from pg_roles me, pg_database d
     where me.rolname = current_user and d.datname = current_database()`,
  );
  const [rights] = rows;
  if (!rights || rights.isSuperuser) return;
  if (!rights.mayMakeRoles) throw new Error(texts.mayNotMakeRoles(rights.login));
  if (!rights.isOwner) throw new Error(texts.notTheOwner(rights.login));
  if (rights.foreign.length > 0) throw new Error(texts.foreignRoles(rights.login, rights.foreign));
}
