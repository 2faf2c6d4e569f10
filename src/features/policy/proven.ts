// What somebody could prove at a sign-in with what they have, in SQL: for lists of whom a stricter demand would keep out.
import { type RawBuilder, sql } from "kysely";
import type { Method, Strength } from "./schema.ts";

/** Whether an identity provider that is believed named this for one of the open sessions of the person `u`: it will again. */
const isNamed = (method: Method): RawBuilder<boolean> => sql<boolean>`exists (
  select from sessions as s join identity_providers as p on p.id = s.identity_provider_id
  where s.user_id = u.id and s.ended_at is null and ${method} = any (s.methods)
    and p.state = 'enabled' and p.trusts_second_step)`;

/** The most that the person `u` of a query has: enrolled here, or named by their identity provider. Look-ups by index. */
export const provenMost: RawBuilder<Strength> = sql<Strength>`(case
  when exists (select from passkeys as k where k.user_id = u.id and k.suspended_at is null)
    or ${isNamed("provider_phishing_resistant")} then 'phishing_resistant'::strength
  when exists (select from totp_authenticators as t where t.user_id = u.id and t.confirmed_at is not null)
    or ${isNamed("provider_mfa")} then 'strong'
  else 'baseline' end)`;
