// What `weft backup`, `restore` and `restore-drill` may be told: the superuser's connection, the keys, and where archives go.
import { z } from "zod";
import type { DatabaseSettings } from "#platform/db/database.ts";
import type { SpacesSettings } from "#platform/storage/backends/spaces.ts";
import type { StorageSettings } from "#platform/storage/storage.ts";
import { type Keep, parseKeep } from "#src/operations/backup/retention.ts";
import { ConfigError, databaseConfig, frozen, problemsOf } from "../config.ts";
import { texts } from "./texts.ts";
import { parseStorage } from "./storage.ts";
import { Flag, MigrateVariables, SecretKey, Text, withoutBlanks } from "./variables.ts";

export interface BackupConfig {
  readonly version: string;
  /** As the superuser. */
  readonly database: DatabaseSettings;
  readonly appuserPassword: string;
  readonly keys: {
    readonly current: string;
    readonly previous: string | null;
    readonly passphrase: string | null;
  };
  readonly folder: string;
  readonly keep: Keep | "all";
  /** BACKUP_S3_…, else a folder in the bucket of stored files; null: no bucket is named. */
  readonly s3: (SpacesSettings & { readonly prefix: string }) | null;
  readonly storage: StorageSettings;
}

/** A shorter one would be the weakest part of a file that is copied to many places. */
export const passphraseLeast = 16;

export const BackupVariables = MigrateVariables.extend({
  SECRET_KEY: SecretKey,
  SECRET_KEY_PREVIOUS: Text.optional(),
  BACKUP_PATH: Text.default("/app/backups").refine((path) => path.startsWith("/"), texts.notAPath),
  BACKUP_KEEP: Text.default("7d 4w 6m").refine((keep) => parseKeep(keep) !== null, texts.notAKeep),
  BACKUP_PASSPHRASE: Text.min(passphraseLeast, texts.shortPassphrase(passphraseLeast)).optional(),
});

export const BucketVariables = z.object({
  BACKUP_S3_ENDPOINT: z.url({ protocol: /^https?$/, error: texts.notAUrl }),
  BACKUP_S3_REGION: Text.default("us-east-1"),
  BACKUP_S3_BUCKET: Text,
  BACKUP_S3_KEY: Text,
  BACKUP_S3_SECRET: Text,
  BACKUP_S3_PATH_STYLE: Flag.default(true),
  BACKUP_S3_PREFIX: z
    .string()
    .regex(/^([A-Za-z0-9._-]+\/)*$/, texts.notAPrefix)
    .default(""),
});

type Env = Readonly<Record<string, string | undefined>>;

/** @throws {ConfigError} with every problem at once */
export function parseBackupConfig(env: Env): BackupConfig {
  const given = withoutBlanks(env);
  const base = BackupVariables.safeParse(given);
  const namesBucket = Object.keys(given).some((name) => name.startsWith("BACKUP_S3_"));
  const bucket = namesBucket ? BucketVariables.safeParse(given) : null;
  const storage = parseStorage(given);
  if (!base.success || storage.error || (bucket && !bucket.success)) {
    throw new ConfigError([base.error, bucket?.error, storage.error].flatMap(problemsOf));
  }
  const { spaces } = storage.settings;
  const beside = spaces ? { ...spaces, prefix: "backups/" } : null;
  const { data } = base;
  return frozen({
    version: data.WEFT_VERSION,
    database: databaseConfig(data),
    appuserPassword: data.APPUSER_PASSWORD,
    keys: {
      current: data.SECRET_KEY,
      previous: data.SECRET_KEY_PREVIOUS ?? null,
      passphrase: data.BACKUP_PASSPHRASE ?? null,
    },
    folder: data.BACKUP_PATH,
    keep: parseKeep(data.BACKUP_KEEP) ?? "all",
    s3: bucket?.data ? bucketOf(bucket.data) : beside,
    storage: storage.settings,
  });
}

const bucketOf = (data: z.infer<typeof BucketVariables>) => ({
  endpoint: data.BACKUP_S3_ENDPOINT.replace(/\/+$/, ""),
  region: data.BACKUP_S3_REGION,
  bucket: data.BACKUP_S3_BUCKET,
  key: data.BACKUP_S3_KEY,
  secret: data.BACKUP_S3_SECRET,
  pathStyle: data.BACKUP_S3_PATH_STYLE,
  prefix: data.BACKUP_S3_PREFIX,
});
