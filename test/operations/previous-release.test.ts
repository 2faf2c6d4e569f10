// This release as the previous one: on a schema that a newer release has migrated meanwhile, everything goes on.
import { afterAll, describe, expect, test } from "bun:test";
import { cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { assertSchemaMatches, migrate } from "#platform/db/migrate.ts";
import { effectsOf } from "#platform/db/migrate/classify.ts";
import { readMigrations, sqlFolder } from "#platform/db/migrate/files.ts";
import { startWeb } from "#src/server.ts";
import { startJobs } from "#src/worker.ts";
import { testApp } from "../support/a-tenant.ts";
import { isSignedIn, signIn, withApp, throughPassword } from "../features/sign-in/support.ts";
import { anSp, authnRequest, signOn } from "../features/sso/support.ts";

const house = await testApp();
const newest = (await readMigrations()).at(-1)?.version.slice(0, 4) ?? "";

/** What a next release may bring: each kind of change that the classifier calls harmless, on the tables of every sign-in. */
const next = `-- 9999_next.sql
-- Locks: users, sign_ins and others for an instant.
-- Serves: ${newest} and later
set local role app_owner;
set local search_path = app, pg_temp;
create table app.nicknames (
  tenant_id uuid not null default app.tenant_id(),
  user_id   uuid not null,
  nickname  text not null,
  primary key (tenant_id, user_id),
  foreign key (tenant_id, user_id) references app.users on delete cascade
);
call app.isolate('app.nicknames');
alter table app.users add column nickname text, add column visits integer not null default 0;
alter table app.sessions add column colour text not null default 'blue';
alter table app.sign_ins add column attempt_of uuid;
alter table app.sso_requests add column seen_by text[] not null default '{}';
alter table app.mails add column priority smallint not null default 0;
alter table app.audit_events add column chain bytea;
alter table app.audit_events alter column data set default '{}';
alter table app.jobs add column origin text;
create index users_nickname on app.users (tenant_id, nickname);
create unique index users_nickname_unique on app.users (tenant_id, nickname);
`;

const folder = await mkdtemp(join(tmpdir(), "weft-test-next-"));
afterAll(() => rm(folder, { recursive: true, force: true }));
await cp(sqlFolder, folder, { recursive: true });
await writeFile(join(folder, "migrations/9999_next.sql"), next);

describe("after the next release has migrated the database", () => {
  test("signed-in people stay signed in, and people sign in", async () => {
    const tenant = await house.aTenant();
    const [early, late] = [await tenant.aUser(), await tenant.aUser()];
    const app = await withApp(house, tenant, late);
    const before = tenant.newBrowser();
    await signIn(tenant, before, early);
    const sp = await anSp(tenant);

    const password = house.settings.password;
    const run = await migrate(house.superuser, {
      appuserPassword: password,
      appVersion: "next",
      folder,
    });
    expect(run.applied.map(({ version }) => version)).toEqual(["9999_next"]);

    expect(await isSignedIn(before)).toBe(true);
    const byMail = tenant.newBrowser();
    expect((await signIn(tenant, byMail, early)).status).toBe(303);
    expect(await isSignedIn(byMail)).toBe(true);
    const byApp = tenant.newBrowser();
    await throughPassword(byApp, late.email);
    expect((await byApp.post("/sign-in/totp", { code: app.code() })).status).toBe(303);

    const request = authnRequest(house, sp, { id: "_after_the_upgrade" });
    expect(await signOn(byApp, sp, request)).toMatchObject({
      status: "Success",
      inResponseTo: "_after_the_upgrade",
    });
  });

  test("web and worker of this release start, and say so", async () => {
    expect(await assertSchemaMatches(house.database)).toEqual({ ahead: ["9999_next"] });
    const services = {
      ...house.services,
      config: {
        ...house.services.config,
        database: house.settings,
        http: { ...house.services.config.http, host: "127.0.0.1", port: 0, internalPort: 0 },
      },
    };
    const web = await startWeb(services);
    const answer = await fetch(`http://127.0.0.1:${web.port}/readyz`);
    expect(answer.status).toBe(200);
    await web.stop(1);
    const worker = await startJobs(services);
    await worker.stop(5);
  });

  test("weft migrate of this release leaves it alone", async () => {
    const password = house.settings.password;
    const run = await migrate(house.superuser, { appuserPassword: password, appVersion: "test" });
    expect(run).toMatchObject({ applied: [], ahead: ["9999_next"] });
  });

  test("all of it is what a migration may say to serve this release with", () => {
    expect(effectsOf(next).filter(({ breaks }) => breaks !== null)).toEqual([]);
  });
});
