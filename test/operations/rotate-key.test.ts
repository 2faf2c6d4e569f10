// `weft rotate-key`: everything under another key comes under the present one, nothing is lost on the way, whoever writes meanwhile.
import { describe, expect, test } from "bun:test";
import { randomBytes } from "node:crypto";
import { createKeyring, type Keyring } from "#platform/crypto/keyring.ts";
import { placeIn, sealedColumns } from "#platform/crypto/sealed-columns.ts";
import { rotateKey } from "#src/operations/rotate-key.ts";
import { testApp } from "../support/a-tenant.ts";
import { aBrowser } from "../support/browser.ts";
import { testApplication } from "../support/services.ts";
import { throughPassword } from "../features/sign-in/support.ts";
import { aFullTenant, leaveMail } from "./support.ts";

const actor = { kind: "operator", command: "rotate-key" } as const;
const oldSecret = (house: Awaited<ReturnType<typeof testApp>>) =>
  house.services.config.keys.current;
const newSecret = () => randomBytes(32).toString("base64");
const house = await testApp();
const ours = await aFullTenant(house);
const theirs = await aFullTenant(house);
await leaveMail(ours);
await leaveMail(theirs);
const { asSuperuser } = house;

interface Stored {
  readonly tenant: string;
  readonly row: string;
  readonly sealed: Buffer;
}

const stored = (column: (typeof sealedColumns)[number]) =>
  asSuperuser<Stored>(
    `select tenant_id as tenant, ${column.row} as row, ${column.column} as sealed
     from app.${column.table} where ${column.column} is not null order by 1, 2`,
  );

/** Every secret in the database in the clear, or how it fails to open. */
async function opened(keys: Keyring): Promise<string[]> {
  const texts: string[] = [];
  for (const column of sealedColumns) {
    for (const { tenant, row, sealed } of await stored(column)) {
      const name = `${column.table}.${column.column} ${row}`;
      try {
        const plain = keys.open(column.purpose, placeIn(column, tenant, row), sealed);
        texts.push(`${name} ${plain.toString()}`);
      } catch (error) {
        texts.push(`${name} ${String(error)}`);
      }
    }
  }
  return texts;
}

const rotate = (keys: Keyring, more: Partial<Parameters<typeof rotateKey>[0]> = {}) =>
  rotateKey({ database: house.database, keys, actor, ...more });

describe("rotateKey", () => {
  const before = oldSecret(house);
  const after = newSecret();
  const both = createKeyring({ current: after, previous: before });

  test("counts what it would do in a dry run, and changes nothing", async () => {
    const was = await opened(createKeyring({ current: before }));
    const rotation = await rotate(both, { dryRun: true });
    expect(rotation.tenants).toBeGreaterThanOrEqual(2);
    for (const kind of rotation.kinds) {
      expect(kind).toMatchObject({ current: 0, changedMeanwhile: 0, unreadable: 0 });
      expect(kind.resealed).toBeGreaterThanOrEqual(2);
    }
    expect(rotation.remaining).toBe(was.length);
    expect(await opened(createKeyring({ current: before }))).toEqual(was);
    expect(await ours.tenant.events("secrets.resealed")).toEqual([]);
  });

  test("says how many codes can only run out", async () => {
    const [codes] = (await rotate(both, { dryRun: true })).authenticated;
    expect(codes).toMatchObject({ rows: 2, until: expect.any(Date) });
  });

  test("leaves every secret readable under the new key alone, in batches, with an event for each", async () => {
    const was = await opened(createKeyring({ current: before }));
    const rotation = await rotate(both, { batchRows: 1 });
    expect(rotation.remaining).toBe(0);
    expect(await opened(createKeyring({ current: after }))).toEqual(was);
    for (const { tenant } of [ours, theirs]) {
      const events = await tenant.events("secrets.resealed");
      const kinds = events.map(({ data: { table, column, rows } }) =>
        [table, column, rows].join(" "),
      );
      const expected = sealedColumns.map(({ table, column }) => `${table} ${column} 1`);
      expect([...new Set(kinds)].toSorted()).toEqual(expected.toSorted());
      expect(events.every(({ actorKind }) => actorKind === "operator")).toBe(true);
    }
  });

  test("finds nothing to do the second time", async () => {
    const rotation = await rotate(both);
    expect(rotation.kinds.map(({ resealed }) => resealed)).toEqual(sealedColumns.map(() => 0));
    expect(rotation.kinds.every(({ current }) => current > 0)).toBe(true);
  });

  test("keeps a person's app working, before, during and after", async () => {
    const third = newSecret();
    const during = { ...house.services, keys: createKeyring({ current: third, previous: after }) };
    const signsIn = async (services: typeof during) => {
      house.clock.advance({ seconds: 31 });
      const browser = aBrowser(testApplication(services), ours.tenant.origin);
      await throughPassword(browser, ours.user.email);
      return (await browser.post("/sign-in/totp", { code: ours.app.code() })).status;
    };
    expect(await signsIn(during)).toBe(303);
    expect((await rotate(during.keys)).remaining).toBe(0);
    expect(await signsIn({ ...house.services, keys: createKeyring({ current: third }) })).toBe(303);
    // Back to the key that the other tests know.
    await rotate(createKeyring({ current: after, previous: third }));
  });

  test("goes on after a tenant whose secret no key opens, and says how many", async () => {
    const lost = createKeyring({ current: newSecret() });
    const column = sealedColumns.find(({ table }) => table === "saml_keys");
    if (!column) throw new Error("no such column");
    const [row] = await stored(column);
    const damaged = lost.seal(
      column.purpose,
      placeIn(column, row?.tenant ?? "", row?.row ?? ""),
      "x",
    );
    const set = (sealed: Buffer | undefined) =>
      asSuperuser("update app.saml_keys set sealed_key = $1 where id = $2", [sealed, row?.row]);
    await set(damaged);
    const next = createKeyring({ current: newSecret(), previous: after });
    const rotation = await rotate(next, { batchRows: 1 });
    expect(rotation.remaining).toBe(1);
    expect(rotation.kinds.find(({ table }) => table === "saml_keys")?.unreadable).toBe(1);
    await set(next.seal(column.purpose, placeIn(column, row?.tenant ?? "", row?.row ?? ""), "x"));
    expect((await rotate(next)).remaining).toBe(0);
  });
});

describe("a row that is changed between reading and writing", () => {
  test("keeps what was written meanwhile", async () => {
    const fresh = await aFullTenant(house);
    const old = createKeyring({ current: oldSecret(house) });
    const next = createKeyring({ current: newSecret(), previous: oldSecret(house) });
    const [column] = sealedColumns;
    if (!column) throw new Error("no columns");
    const place = placeIn(column, fresh.tenant.id, fresh.user.id);
    const other = await house.connect("superuser");
    await other.query("begin");
    await other.query(
      `update app.${column.table} set ${column.column} = $1 where ${column.row} = $2`,
      [old.seal(column.purpose, place, "MEANWHILE"), fresh.user.id],
    );
    const rotating = rotate(next);
    await somebodyWaits();
    await other.query("commit");
    const rotation = await rotating;

    const kind = rotation.kinds.find(({ column: name }) => name === column.column);
    expect(kind?.changedMeanwhile).toBe(1);
    expect(rotation.remaining).toBeGreaterThan(0);
    const read = async (keys: Keyring) => {
      const row = (await stored(column)).find(({ row: id }) => id === fresh.user.id);
      return keys.open(column.purpose, place, row?.sealed ?? Buffer.alloc(0)).toString();
    };
    expect(await read(old)).toBe("MEANWHILE");
    await rotate(next);
    expect(await read(next)).toBe("MEANWHILE");
    expect(read(old)).rejects.toThrow("cannot be opened");
  });

  async function somebodyWaits(): Promise<void> {
    for (;;) {
      const rows = await asSuperuser(
        "select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'",
      );
      if (rows.length > 0) return;
      await Bun.sleep(10);
    }
  }
});
