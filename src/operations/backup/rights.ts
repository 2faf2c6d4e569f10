// A login that row-level security binds would see no rows, and make an empty backup.
import type { Client } from "pg";
import { RestoreError } from "./load.ts";
import { texts } from "./texts.ts";

interface Rights {
  readonly login: string;
  readonly isSuperuser: boolean;
  readonly passesPolicies: boolean;
}

async function rightsOf(client: Client): Promise<Rights | undefined> {
  const { rows } = await client.query<Rights>(
    `select rolname as login, rolsuper as "isSuperuser", rolsuper or rolbypassrls as "passesPolicies"
     from pg_roles where rolname = current_user`,
  );
  return rows[0];
}

/** @throws {RestoreError} for a login that does not see every row */
export async function requireUnbound(client: Client): Promise<void> {
  const rights = await rightsOf(client);
  if (!rights?.passesPolicies) throw new RestoreError(texts.boundLogin(rights?.login ?? ""));
}

/** To load rows with their foreign keys asleep. @throws {RestoreError} */
export async function requireSuperuser(client: Client): Promise<void> {
  const rights = await rightsOf(client);
  if (!rights?.isSuperuser) throw new RestoreError(texts.noSuperuser(rights?.login ?? ""));
}
