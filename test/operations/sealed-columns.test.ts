// The one list of what is sealed: whole, and right about where each ciphertext belongs.
import { describe, expect, test } from "bun:test";
import { Glob } from "bun";
import { authenticatedColumns, placeIn, sealedColumns } from "#platform/crypto/sealed-columns.ts";
import { testApp } from "../support/a-tenant.ts";
import { aFullTenant, leaveMail } from "./support.ts";

const house = await testApp();
const root = new URL("../..", import.meta.url).pathname;

/** Binary columns that no key is in: SHA-256 of something handed out, public keys, an address cut down for a limit. */
const hashes = [
  "api_clients.secret_hash",
  "api_tokens.token_hash",
  "backup_codes.code_hash",
  "devices.token_hash",
  "files.sha256",
  "limits.key",
  "logouts.browser_hash",
  "passkey_challenges.challenge",
  "passkey_challenges.token_hash",
  "passkeys.credential_id",
  "passkeys.public_key",
  "pending_emails.token_hash",
  "sessions.token_hash",
  "sign_ins.token_hash",
  "sso_requests.browser_hash",
  "user_tokens.token_hash",
];

/** Sealed and opened in one breath, and stored nowhere. */
const unstored = ["doctor-probe"];

async function purposesGivenTo(method: "seal" | "mac"): Promise<string[]> {
  const found = new Set<string>();
  for (const path of new Glob("src/**/*.{ts,tsx}").scanSync({ cwd: root })) {
    if (path.startsWith("src/platform/crypto/")) continue;
    const source = await Bun.file(root + path).text();
    const calls = source.matchAll(new RegExp(String.raw`\.${method}\(\s*"([a-z-]+)"`, "g"));
    for (const [, purpose = ""] of calls) found.add(purpose);
  }
  return [...found].filter((purpose) => !unstored.includes(purpose)).toSorted();
}

const purposesOf = (list: readonly { readonly purpose: string }[]) => [
  ...new Set(list.map(({ purpose }) => purpose).toSorted()),
];

describe("sealedColumns", () => {
  test("has every binary column of the schema that is no hash: add a new one there, or to the hashes above", async () => {
    const rows = await house.asSuperuser<{ name: string }>(
      `select c.relname || '.' || a.attname as name
       from pg_attribute a join pg_class c on c.oid = a.attrelid
       where c.relnamespace = 'app'::regnamespace and c.relkind in ('r', 'p') and a.attnum > 0
         and a.atttypid = 'bytea'::regtype and not a.attisdropped`,
    );
    const listed = [...sealedColumns, ...authenticatedColumns].map(
      ({ table, column }) => `${table}.${column}`,
    );
    expect(rows.map(({ name }) => name).toSorted()).toEqual([...listed, ...hashes].toSorted());
  });

  test("has every purpose that the source seals or authenticates under", async () => {
    expect(await purposesGivenTo("seal")).toEqual(purposesOf(sealedColumns));
    expect(await purposesGivenTo("mac")).toEqual(purposesOf(authenticatedColumns));
  });

  test("names the place that the product seals for: every kind opens", async () => {
    const full = await aFullTenant(house);
    await leaveMail(full);
    const { tenant } = full;
    for (const column of sealedColumns) {
      const rows = await house.asSuperuser<{ row: string; sealed: Buffer }>(
        `select ${column.row} as row, ${column.column} as sealed from app.${column.table}
         where tenant_id = $1 and ${column.column} is not null`,
        [tenant.id],
      );
      expect([column.title, rows.length > 0]).toEqual([column.title, true]);
      for (const { row, sealed } of rows) {
        const place = placeIn(column, tenant.id, row);
        expect(house.services.keys.open(column.purpose, place, sealed).length).toBeGreaterThan(0);
      }
    }
  });
});
