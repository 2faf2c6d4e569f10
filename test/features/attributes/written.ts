// A value of a person as somebody wrote it, beside the pages.
import type { AttributeKey } from "#features/attributes/index.ts";
import type { TestApp, TestTenant, TestUser } from "../../support/a-tenant.ts";

export interface Written {
  readonly user: Pick<TestUser, "id">;
  readonly key: AttributeKey;
  readonly value: string;
  readonly source: "self" | "admin";
}

export const written = (
  app: Pick<TestApp, "asSuperuser">,
  { id }: Pick<TestTenant, "id">,
  { user, key, value, source }: Written,
): Promise<unknown> =>
  app.asSuperuser(
    `insert into app.user_attributes (tenant_id, user_id, key, value, source) values ($1, $2, $3, $4, $5)
     on conflict (tenant_id, user_id, key) do update
       set value = excluded.value, source = excluded.source, identity_provider_id = null`,
    [id, user.id, key, value, source],
  );
