// A name with more sessions than one request can mean: those that have ended, or that it does not name, take no place of those it does.
import { describe, expect, test } from "bun:test";
import { testApp } from "../../support/a-tenant.ts";
import {
  aLogoutIdp,
  aLogoutSp,
  bring,
  comeIn,
  enter,
  isSignedIn,
  logoutRequest,
  sendFrom,
} from "./support.ts";

const app = await testApp();

describe("a LogoutRequest", () => {
  test("of an application ends what lives, however many sessions of that name have ended", async () => {
    const tenant = await app.aTenant({ signedInAs: "member" });
    const { browser } = tenant;
    const sp = await aLogoutSp(tenant);
    const told = await enter(app, browser, sp);
    await app.asSuperuser(
      `with ended as (
         insert into app.sessions (tenant_id, user_id, token_hash, methods, authenticated_at, expires_at, ip, user_agent, ended_at, end_reason)
         select tenant_id, user_id, sha256(n::text::bytea), methods, authenticated_at, expires_at, ip, user_agent, now(), 'signed_out'
         from app.sessions, generate_series(1, 250) as n where tenant_id = $1 and user_id = $2 returning tenant_id, id)
       insert into app.saml_session_participants (tenant_id, session_id, application_id, name_id, name_id_format, sp_name_qualifier, name_qualifier, session_index, issued_at, expires_at)
       select p.tenant_id, ended.id, p.application_id, p.name_id, p.name_id_format, p.sp_name_qualifier, p.name_qualifier, '_' || ended.id, now() + interval '1 minute', p.expires_at
       from app.saml_session_participants as p join ended using (tenant_id)`,
      [tenant.id, tenant.me.id],
    );
    const ask = logoutRequest(app, {
      issuer: sp.entityId,
      destination: `${tenant.origin}/saml/idp/slo`,
      nameId: told.nameId ?? "",
      sessionIndex: null,
    });
    expect((await sendFrom(browser, ask)).status).toBe(303);
    expect(await isSignedIn(browser)).toBe(false);
  });

  test.each([
    ["ended", null, "now()", "'signed_out'"],
    ["another index", "_session", "null", "null"],
  ])(
    "of a provider ends what it names, however many others there are: %s",
    async (_, index, endedAt, reason) => {
      const tenant = await app.aTenant();
      const idp = await aLogoutIdp(tenant);
      const browser = await comeIn(app, tenant, idp);
      await app.asSuperuser(
        `insert into app.sessions (tenant_id, user_id, token_hash, methods, authenticated_at, expires_at, ip, user_agent, ended_at, end_reason,
         identity_provider_id, provider_name_id, provider_name_id_format, provider_session_index, provider_name_qualifier, provider_sp_name_qualifier)
       select tenant_id, user_id, sha256(n::text::bytea), methods, authenticated_at, expires_at, ip, user_agent, ${endedAt}, ${reason},
         identity_provider_id, provider_name_id, provider_name_id_format, '_other' || n, provider_name_qualifier, provider_sp_name_qualifier
       from app.sessions, generate_series(1, 250) as n where tenant_id = $1 and provider_name_id is not null`,
        [tenant.id],
      );
      const to = { issuer: idp.entityId, destination: idp.ourSloUrl, nameId: "00u-ada" };
      const ask = logoutRequest(app, { ...to, sessionIndex: index });
      expect((await bring(browser, `/saml/sp/slo/${idp.id}`, "SAMLRequest", ask)).status).toBe(303);
      expect(await isSignedIn(browser)).toBe(false);
    },
  );
});
