// An organisation's looks as the page and the API say them.
import { z } from "zod";
import { checkbox } from "#platform/http/input.ts";
import { texts } from "./texts.ts";

/** What a picture may weigh when it comes. */
export const logoMaxBytes = 512 * 1024;

/** `#0f766e`, in lower case. */
export const Accent = z
  .string({ error: () => texts.accentMissing })
  .trim()
  .toLowerCase()
  .regex(/^#[0-9a-f]{6}$/, { error: () => texts.accentShape });

/** A file of a form, or base64 text of a script. Larger ones are refused by size before they are decoded. */
const LogoInput = z
  .union([
    z.file().max(logoMaxBytes, { error: () => texts.tooLarge }),
    z
      .string()
      .max(Math.ceil(logoMaxBytes / 3) * 4, { error: () => texts.tooLarge })
      .refine((text) => /^[A-Za-z0-9+/]*={0,2}$/.test(text), { error: () => texts.notBase64 }),
  ])
  .transform(async (logo) =>
    typeof logo === "string" ? Buffer.from(logo, "base64") : Buffer.from(await logo.arrayBuffer()),
  );

/** A form sends an empty file where none was chosen. */
const isChosen = (value: unknown) =>
  value !== "" && !(value instanceof Blob && value.size === 0 && !(value as File).name);

/** What is absent stays as it is. `accent: null` is the standard colour; so is `accentKind: "standard"`, which a form sends. `logo: null` removes it, like `removeLogo`. */
export const BrandingChanges = z
  .object({
    accentKind: z.enum(["standard", "own"]).optional(),
    accent: Accent.nullable().optional(),
    logo: z.preprocess(
      (value) => (isChosen(value) ? value : undefined),
      LogoInput.nullable().optional(),
    ),
    removeLogo: checkbox(),
  })
  .superRefine((changes, context) => {
    const { accentKind, accent, logo, removeLogo } = changes;
    if (accentKind === "own" && !accent)
      context.addIssue({ code: "custom", path: ["accent"], message: texts.accentMissing });
    if (accentKind === undefined && accent === undefined && logo === undefined && !removeLogo)
      context.addIssue({ code: "custom", path: [], message: texts.nothing });
  })
  .transform(({ accentKind, accent, logo, removeLogo }) => ({
    accent: accentKind === "standard" ? null : accent,
    logo: logo ?? undefined,
    removeLogo: removeLogo || logo === null,
  }));
export type BrandingChanges = z.infer<typeof BrandingChanges>;

export const Branding = z.object({
  /** Null: the standard colour. */
  accent: z.string().nullable(),
  logo: z
    .object({
      /** Path on the organisation's host; public. */
      path: z.string(),
      sha256: z.string(),
      sizeBytes: z.number(),
      mediaType: z.literal("image/png"),
    })
    .nullable(),
  updatedAt: z.date().nullable(),
});
export type Branding = z.infer<typeof Branding>;

export const PreviewInput = z.object({ accent: Accent });

/** The name holds the contents' hash, so that it may be kept for ever. */
export const LogoParams = z.object({ logoName: z.string().regex(/^[0-9a-f]{64}\.png$/) });
