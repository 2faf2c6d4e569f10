// Changing an organisation's looks. Pictures are stored before the transaction that keeps them (platform/storage/files.ts).
import { sql } from "kysely";
import { record } from "#platform/audit/record.ts";
import type { TenantDb, TenantScope } from "#platform/db/database.ts";
import { discardFile, keepFile, storeFile, type StoredFile } from "#platform/storage/files.ts";
import type { Storage } from "#platform/storage/storage.ts";
import type { Actor } from "#src/actor.ts";
import type { FileId } from "#src/ids.ts";
import { accentChanged, logoChanged, logoRemoved } from "./events.ts";
import { toLogo } from "./image.ts";
import { getBranding } from "./queries.ts";
import type { Branding, BrandingChanges } from "./schema.ts";

/** More than 512 × 512 pixels can take. */
const pictureMaxBytes = 1_200_000;

/** Applies what is given. @throws {invalidInput} a file that is no logo @throws {storageUnavailable} */
export async function changeBranding(
  storage: Storage,
  tenant: TenantScope,
  actor: Actor,
  { accent, logo: sent, removeLogo }: BrandingChanges,
): Promise<Branding> {
  const logo = sent ? await storeLogo(storage, tenant, sent) : removeLogo ? null : undefined;
  return tenant.write(async (db) => {
    await apply(db, actor, { accent, logo });
    return getBranding(db);
  });
}

/** Back to WeftID's own looks. */
export const resetBranding = (db: TenantDb, actor: Actor): Promise<void> =>
  apply(db, actor, { accent: null, logo: null });

interface StoredLogo {
  readonly page: StoredFile;
  readonly mail: StoredFile;
}

async function storeLogo(storage: Storage, tenant: TenantScope, sent: Buffer): Promise<StoredLogo> {
  const pictures = await toLogo(sent);
  const store = (purpose: string, png: Buffer) =>
    storeFile(storage, tenant, {
      purpose,
      mediaType: "image/png",
      content: [png],
      maxBytes: pictureMaxBytes,
    });
  return {
    page: await store("branding.logo", pictures.page),
    mail: await store("branding.mail_logo", pictures.mail),
  };
}

interface Wanted {
  /** Undefined: as it is. Null: none. */
  readonly accent: string | null | undefined;
  readonly logo: StoredLogo | null | undefined;
}

async function apply(db: TenantDb, actor: Actor, { accent, logo }: Wanted): Promise<void> {
  const before = await lockBranding(db);
  if (accent !== undefined && accent !== before.accent) {
    await change(db, { accent });
    await record(db, actor, accentChanged, { before: before.accent, after: accent });
  }
  if (logo === undefined || (logo === null && before.logoId === null)) return;
  if (logo) {
    await keepFile(db, logo.page);
    await keepFile(db, logo.mail);
  }
  await change(db, { logo_id: logo?.page.id ?? null, mail_logo_id: logo?.mail.id ?? null });
  for (const id of [before.logoId, before.mailLogoId]) if (id) await discardFile(db, id);
  if (logo) {
    const { id: fileId, sha256, sizeBytes } = logo.page;
    await record(db, actor, logoChanged, { fileId, sha256, sizeBytes });
  } else if (before.logoId) await record(db, actor, logoRemoved, { fileId: before.logoId });
}

/** The row, made when there is none; two changes at once come one after the other. */
async function lockBranding(db: TenantDb) {
  await db
    .insertInto("branding")
    .defaultValues()
    .onConflict((on) => on.doNothing())
    .execute();
  return db
    .selectFrom("branding")
    .select(["accent", "logo_id as logoId", "mail_logo_id as mailLogoId"])
    .forUpdate()
    .executeTakeFirstOrThrow();
}

interface BrandingRow {
  readonly accent?: string | null;
  readonly logo_id?: FileId | null;
  readonly mail_logo_id?: FileId | null;
}

const change = (db: TenantDb, values: BrandingRow) =>
  db
    .updateTable("branding")
    .set({ ...values, updated_at: sql`now()` })
    .execute();
