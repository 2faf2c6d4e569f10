// An organisation's looks: the page for its administrators, and the logo for everybody.
import { forgetSite } from "#features/tenants/index.ts";
import type { Handling } from "#platform/http/context.ts";
import { routes } from "#platform/http/route.ts";
import type { Services } from "#platform/services.ts";
import { createFileCache } from "#platform/storage/cache.ts";
import type { Storage } from "#platform/storage/storage.ts";
import { z } from "zod";
import { changeBranding, resetBranding } from "./actions.ts";
import { findLogo, getBranding } from "./queries.ts";
import { Branding, BrandingChanges, LogoParams, PreviewInput } from "./schema.ts";
import { texts } from "./texts.ts";
import { BrandingForm, BrandingPage, ConfirmReset, Preview } from "./views.tsx";

/** Enough for a picture that is too large to be told so in a sentence; the proxy takes 2 MiB. */
const bodyMaxBytes = 1_900_000;

const caches = new WeakMap<Storage, ReturnType<typeof createFileCache>>();

function logosOf({ storage }: Services) {
  const cache = caches.get(storage) ?? createFileCache(storage);
  caches.set(storage, cache);
  return cache;
}

/** Whoever changes what the sign-in page and all mails look like helps phishing: not with a session alone. */
const change = { permit: "settings.manage", fresh: true } as const;

const current = ({ tenant }: Pick<Handling, "tenant">) => tenant.read(getBranding);

export const brandingRoutes = routes()
  .on("get", "/branding", {
    ...change,
    summary: "The organisation's logo and accent colour",
    title: texts.title,
    reply: Branding,
    handle: current,
    page: BrandingPage,
  })
  .on("put", "/branding", {
    ...change,
    summary: "Change logo (base64 of a PNG, JPEG or WebP file) and accent colour",
    title: texts.title,
    input: BrandingChanges,
    bodyMaxBytes,
    reply: Branding,
    handle: async ({ services, tenant, actor, site, input }) => {
      const changed = await changeBranding(services.storage, tenant, actor, input);
      forgetSite(services, site.subdomain);
      return changed;
    },
    form: BrandingForm,
    load: current,
    next: () => "/branding",
    notice: () => texts.saved,
  })
  .on("delete", "/branding", {
    ...change,
    summary: "Remove logo and accent colour",
    reply: z.undefined(),
    handle: async ({ services, tenant, actor, site }) => {
      await tenant.write((db) => resetBranding(db, actor));
      forgetSite(services, site.subdomain);
      return undefined;
    },
    next: () => "/branding",
    notice: () => texts.resetDone,
  })
  .screen("get", "/branding/reset", {
    ...change,
    title: texts.resetTitle,
    handle: () => Promise.resolve(null),
    page: ConfirmReset,
  })
  .screen("get", "/branding/preview", {
    permit: "settings.manage",
    title: texts.preview,
    input: PreviewInput,
    handle: ({ input }) => Promise.resolve(input),
    page: Preview,
    fragments: { "accent-preview": Preview },
  })
  .endpoint("get", "/branding/logo/:logoName", {
    credentials: "none",
    summary: "The organisation's logo, for everybody: pages and their sign-in page show it",
    params: LogoParams,
    handle: async ({ services, tenant, params }, c) => {
      const id = await tenant.read((db) => findLogo(db, params.logoName));
      const png = await logosOf(services)(tenant, id);
      return c.body(new Uint8Array(png), 200, {
        "content-type": "image/png",
        "cache-control": "public, max-age=31536000, immutable",
      });
    },
  });
