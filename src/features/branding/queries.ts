// What an organisation looks like: for its own page, for the frame of every page, for messages.
import type { TenantDb } from "#platform/db/database.ts";
import type { SiteFace } from "#platform/http/context.ts";
import type { FileId } from "#src/ids.ts";
import { logoNotFound } from "./errors.ts";
import type { Branding } from "./schema.ts";

/** Of the tenant of the scope; nothing is set where nothing was. One statement. */
export async function getBranding(db: TenantDb): Promise<Branding> {
  const row = await db
    .selectFrom("branding")
    .leftJoin("files", (join) =>
      join.onRef("files.id", "=", "branding.logo_id").on("files.state", "=", "kept"),
    )
    .select(["accent", "sha256", "size_bytes as sizeBytes", "updated_at as updatedAt"])
    .executeTakeFirst();
  const { accent = null, sha256 = null, sizeBytes, updatedAt = null } = row ?? {};
  const logo = sha256 && {
    path: pathOf(sha256),
    sha256: sha256.toString("hex"),
    sizeBytes: Number(sizeBytes),
    mediaType: "image/png" as const,
  };
  return { accent, logo, updatedAt };
}

/** For the frame of every page; read once in a while (createTenantFinder). */
export async function faceOf(db: TenantDb): Promise<SiteFace> {
  const { accent, logo } = await getBranding(db);
  return { ...(accent === null ? {} : { accent }), ...(logo ? { logo: logo.path } : {}) };
}

/** The file of the logo under that name, as long as it is the tenant's. @throws {logoNotFound} */
export async function findLogo(db: TenantDb, logoName: string): Promise<FileId> {
  const sha256 = Buffer.from(logoName.slice(0, 64), "hex");
  const row = await db
    .selectFrom("branding")
    .innerJoin("files", "files.id", "branding.logo_id")
    .select("files.id")
    .where("files.sha256", "=", sha256)
    .where("files.state", "=", "kept")
    .executeTakeFirstOrThrow(() => logoNotFound());
  return row.id;
}

/** The picture that messages carry, or null. */
export async function findMailLogo(db: TenantDb): Promise<FileId | null> {
  const row = await db.selectFrom("branding").select("mail_logo_id as id").executeTakeFirst();
  return row?.id ?? null;
}

const pathOf = (sha256: Buffer): string => `/branding/logo/${sha256.toString("hex")}.png`;
