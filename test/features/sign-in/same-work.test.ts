// What a wrong password makes the database do: the same for everybody and for nobody, statement by statement and row by row, so that time
// cannot tell them apart. `bun test/bench/enumeration.ts` measures the time itself.
import { beforeAll, describe, expect, test } from "bun:test";
import { goodPassword, testApp, type TestTenant } from "../../support/a-tenant.ts";
import { type Answered, planOf, statementsOf } from "../../support/statements.ts";
import { IdentityProviderId } from "#src/ids.ts";
import { anIdp } from "../identity-providers/support.ts";
import { signIn, throughPassword, withApp } from "./support.ts";

const house = await testApp();
let tenant: TestTenant;

const plain = "plain.example";
const bound = "bound.example";
/** As they are typed: of people of every kind, and of nobody before, between and after them. */
const addresses = {
  [plain]: ["app", "by-mail", "invited", "stopped", "passkey", "second", "0", "nobody", "zzz"],
  [bound]: ["linked", "not-linked", "stopped", "0", "nobody", "zzz"],
} as const;

const people = async () => {
  const at = (name: string, domain = plain) => `${name}@${domain}`;
  await withApp(house, tenant, await tenant.aUser({ email: at("app") }));
  await tenant.aUser({ email: at("by-mail") });
  for (const domain of [plain, bound]) {
    await tenant.aUser({ email: at("invited", domain), state: "invited" });
    await tenant.aUser({ email: at("stopped", domain), state: "deactivated" });
  }
  const [passkey, second, linked] = [
    await tenant.aUser({ email: at("passkey") }),
    await tenant.aUser({ email: at("first") }),
    await tenant.aUser({ email: at("linked", bound) }),
  ];
  await tenant.aUser({ email: at("not-linked", bound) });
  const idp = await anIdp(tenant, { domain: bound });
  await tenant.tenant.write(async (db) => {
    await db
      .insertInto("passkeys")
      .values({
        user_id: passkey.id,
        credential_id: Buffer.alloc(16, 1),
        public_key: Buffer.alloc(65, 1),
        sign_count: 0,
        aaguid: "00000000-0000-0000-0000-000000000000",
        transports: [],
        backup_eligible: false,
        backed_up: false,
        name: "Key",
      })
      .execute();
    await db
      .insertInto("user_emails")
      .values({
        user_id: second.id,
        email: at("second"),
        is_primary: false,
        verified_at: new Date(),
      })
      .execute();
    await db
      .insertInto("federated_identities")
      .values({
        identity_provider_id: IdentityProviderId.parse(idp.id),
        subject: "linked",
        user_id: linked.id,
      })
      .execute();
  });
};

/** Enough others that tables are read by their indexes, as they are where time could tell something. */
const others = async () => {
  await house.asSuperuser(
    `with made as (
       insert into app.users (tenant_id, first_name, last_name, role, state)
       select $1, 'Other', n::text, 'member', 'active' from generate_series(1, 3000) as n returning id
     )
     insert into app.user_emails (tenant_id, user_id, email, is_primary, verified_at)
     select $1, id, 'other' || row_number() over () || '@' || case when random() < 0.5 then $2 else $3 end, true, now() from made`,
    [tenant.id, plain, bound],
  );
  for (const table of ["users", "user_emails", "federated_identities", "devices"])
    await house.asSuperuser(`analyze app.${table}`);
};

/** What a wrong password for this address sends, without the page before. */
async function sentFor(email: string): Promise<Answered[]> {
  const browser = tenant.newBrowser();
  await browser.post("/sign-in", { email, return_to: "/", local: "1" });
  return statementsOf(async () => {
    const answer = await browser.post("/sign-in/password", { password: "wrong and wrong again" });
    expect(answer.status).toBe(422);
  });
}

const isRead = ({ text }: Answered) => text.startsWith("select");
const isAboutPeople = (sent: Answered) => isRead(sent) && sent.text.includes(`"users" as "u"`);

beforeAll(async () => {
  tenant = await house.aTenant();
  await people();
  await others();
  await sentFor("somebody@elsewhere.example");
}, 60_000);

describe.each([plain, bound] as const)("a wrong password for an address of %s", (domain) => {
  const everybody = async (look: (sent: readonly Answered[]) => Promise<unknown>) => {
    const seen: Record<string, unknown> = {};
    for (const name of addresses[domain])
      seen[name] = await look(await sentFor(`${name}@${domain}`));
    for (const [name, one] of Object.entries(seen))
      expect({ [name]: one }).toEqual({ [name]: Object.values(seen)[0] });
  };

  test("sends the same statements for everybody, which find or write as many rows", () =>
    everybody(async (sent) => {
      expect(sent.every(({ rowCount }) => rowCount !== null)).toBe(true);
      return sent.map(({ text, rowCount }) => ({ text, rowCount }));
    }));

  test("asks about somebody even where the address is nobody's: PostgreSQL plans and reads as much", () =>
    everybody(async (sent) => {
      const asked = sent.filter(isAboutPeople);
      expect(asked.length).toBe(2);
      return Promise.all(
        asked.map(async (statement) => ({
          plan: blind(await planOf(house, tenant.id, statement, { ran: true })),
          nulls: statement.values.map((value) => value === null),
        })),
      );
    }));
});

describe("who stands in for nobody", () => {
  test.each([
    ["before them", "kim@acme.example"],
    ["that is the last", "zoe@acme.example"],
    ["that nobody has confirmed", "lee@acme.example"],
  ])("lends an address %s neither password nor device, and is not named", async (_, email) => {
    const own = await house.aTenant();
    const lea = await own.aUser({ email: "lea@acme.example" });
    await own.tenant.write((db) =>
      db
        .insertInto("user_emails")
        .values({ user_id: lea.id, email: "lee@acme.example", is_primary: false })
        .execute(),
    );
    const browser = own.newBrowser();
    await signIn(own, browser, lea);
    await browser.post("/sign-out");
    expect((await throughPassword(browser, email, goodPassword)).status).toBe(422);
    const refused = (await own.events("sign_in.password_refused")).at(-1);
    expect(refused?.data).toEqual({ userId: null, cause: "unknown_address" });
    const counted = await house.asSuperuser<{ name: string }>(
      "select name from app.limits where tenant_id = $1 and hits > 0 and name like '%password%'",
      [own.id],
    );
    expect(counted.map(({ name }) => name)).not.toContain("sign_in.password_device");
    expect(counted.map(({ name }) => name)).toContain("sign_in.password_account");
  });

  test("is nobody where there is nobody", async () => {
    const empty = await house.aTenant();
    expect((await throughPassword(empty.newBrowser(), "kim@acme.example")).status).toBe(422);
  });
});

/** Without who was asked for, whether a lookup by a key found its row, and how many addresses somebody has. */
const blind = (plan: string) =>
  plan
    .replaceAll(/'[^']*'/g, "…")
    .replaceAll(/actual rows=[012]\.00/g, "actual rows=few")
    .replaceAll(/\n *Rows Removed by Filter: \d+/g, "");
