// Where files are kept: one backend is written, the other is only read and may be missing (names of deploy/.env.example).
import { z } from "zod";
import type { StorageSettings } from "#platform/storage/storage.ts";
import type { SpacesSettings } from "#platform/storage/backends/spaces.ts";
import { texts } from "./texts.ts";
import { Flag, oneOf, said, Text } from "./variables.ts";

const Common = z.object({
  STORAGE_BACKEND: oneOf("local", "spaces").default("local"),
  LOCAL_STORAGE_PATH: z.string().startsWith("/", texts.notAPath).default("/app/storage"),
});

/** An S3-compatible server. Virtual hosts put the bucket before the endpoint's name, so that it must be a name. */
const Spaces = z.object({
  SPACES_ENDPOINT: z
    .url({ protocol: /^https?$/, ...said(texts.notAUrl) })
    .refine((address) => !/[?#@]/.test(address), texts.notAUrl)
    .transform((address) => address.replace(/\/+$/, "")),
  SPACES_REGION: z
    .string()
    .regex(/^[a-z0-9-]+$/i, texts.notARegion)
    .default("us-east-1"),
  SPACES_BUCKET: z
    .string(said(texts.notABucket))
    .regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, texts.notABucket),
  SPACES_KEY: Text,
  SPACES_SECRET: Text,
  SPACES_PATH_STYLE: Flag.default(true),
});

/** The names of all variables above. */
export const storageVariables = [...Object.keys(Common.shape), ...Object.keys(Spaces.shape)];

type Given = Readonly<Record<string, string>>;

/** The settings, or what is wrong with them. Half a set of SPACES_… is wrong even where files are written to the volume. */
export function parseStorage(
  given: Given,
):
  | { readonly settings: StorageSettings; readonly error?: undefined }
  | { readonly error: z.ZodError; readonly settings?: undefined } {
  const common = Common.safeParse(given);
  const isUsed =
    given["STORAGE_BACKEND"] === "spaces" ||
    ["ENDPOINT", "BUCKET", "KEY", "SECRET"].some((name) => given[`SPACES_${name}`] !== undefined);
  const spaces = isUsed ? Spaces.safeParse(given) : null;
  if (!common.success || spaces?.error) {
    return { error: new z.ZodError([...issuesOf(common.error), ...issuesOf(spaces?.error)]) };
  }
  return {
    settings: {
      backend: common.data.STORAGE_BACKEND,
      local: { folder: common.data.LOCAL_STORAGE_PATH },
      spaces: spaces?.data ? spacesSettings(spaces.data) : null,
    },
  };
}

const issuesOf = (error: z.ZodError | undefined) => error?.issues ?? [];

const spacesSettings = (data: z.infer<typeof Spaces>): SpacesSettings => ({
  endpoint: data.SPACES_ENDPOINT,
  region: data.SPACES_REGION,
  bucket: data.SPACES_BUCKET,
  key: data.SPACES_KEY,
  secret: data.SPACES_SECRET,
  pathStyle: data.SPACES_PATH_STYLE,
});
