// The logo that messages of a tenant carry (platform/mail/logo.ts).
import type { Logger } from "#platform/log.ts";
import type { FindMailLogo } from "#platform/mail/logo.ts";
import { createFileCache } from "#platform/storage/cache.ts";
import type { Storage } from "#platform/storage/storage.ts";
import { sizeOfPng } from "./image.ts";
import { findMailLogo } from "./queries.ts";

/** A message leaves without its picture rather than not at all. */
export function createMailLogos(storage: Storage, log: Logger): FindMailLogo {
  const read = createFileCache(storage);
  return async (tenant) => {
    const id = await tenant.read(findMailLogo);
    if (id === null) return null;
    try {
      const png = await read(tenant, id);
      return { png, ...sizeOfPng(png) };
    } catch (err) {
      log.warn({ err, tenant: tenant.id }, "mail_logo_unreadable");
      return null;
    }
  };
}
