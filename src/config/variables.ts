// The variables an operator may set: shape, default and what makes a value unacceptable by itself.
// Rules between variables are in config.ts.
import { z } from "zod";
import about from "../../package.json" with { type: "json" };
import { parseNameServer } from "#platform/dns/servers.ts";
import { texts } from "./texts.ts";

export const said = (text: string, missing: string = texts.missing) => ({
  error: (issue: { input?: unknown }) => (issue.input === undefined ? missing : text),
});
export const Text = z.string(said(texts.missing));
export const Flag = z.stringbool({
  truthy: ["true", "1", "yes", "on"],
  falsy: ["false", "0", "no", "off"],
  ...said(texts.notABoolean),
});
export const oneOf = <const T extends readonly string[]>(...names: T) =>
  z.enum(names, said(texts.notOneOf(names)));
const digits = (max: number, text: string) =>
  z
    .string(said(text))
    .regex(/^[1-9]\d{0,4}$/, text)
    .transform(Number)
    .refine((value) => value <= max, text);
const Port = digits(65_535, texts.notAPort);
const Host = z
  .string(said(texts.notAHost))
  .regex(/^[a-z0-9]([a-z0-9._-]*[a-z0-9])?$|^[0-9a-f:.]*:[0-9a-f:.]*$/i, texts.notAHost);
export const LogLevel = oneOf("fatal", "error", "warn", "info", "debug", "trace", "silent");
const Networks = z
  .string()
  .transform((list) => (list === "none" ? [] : list.split(/[\s,]+/).filter(Boolean)))
  .pipe(z.array(z.union([z.cidrv4(), z.cidrv6()], texts.notANetwork)));

const NameServers = z
  .string()
  .transform((list) => list.split(/[\s,]+/).filter(Boolean))
  .pipe(
    z.array(
      z.string().transform((text, context) => {
        const server = parseNameServer(text);
        if (!server) context.addIssue(texts.notANameServer);
        return server ?? z.NEVER;
      }),
    ),
  );

/** Loopback and the private ranges (RFC 1918, RFC 4193): where the proxy of a compose network is. */
const nearNetworks = "127.0.0.0/8 ::1/128 10.0.0.0/8 172.16.0.0/12 192.168.0.0/16 fc00::/7".split(
  " ",
);

/** At most 189 characters, so that a tenant's label of 63 still makes a valid host name; the last label is not a number (an IP address). */
const Domain = z
  .string(said(texts.notADomain))
  .max(189, texts.notADomain)
  .regex(
    /^(localhost|([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+(?!\d+$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)$/,
    texts.notADomain,
  );

export const SecretKey = z.string(said(texts.missing)).superRefine((key, context) => {
  const isHex = /^[0-9a-f]+$/i.test(key);
  if (key.length < (isHex ? 64 : 43)) context.addIssue(texts.shortKey);
  else if (isGuessable(key, isHex ? 10 : 16)) context.addIssue(texts.guessableKey);
});

/** Few different characters, a piece repeated, a run along the alphabet, or words that examples are made of. */
function isGuessable(key: string, fewestCharacters: number): boolean {
  const codes = Array.from(key, (character) => character.charCodeAt(0));
  const neighbours = codes.filter((code, at) => Math.abs(code - (codes[at - 1] ?? 1e6)) <= 1);
  const periods = codes.slice(1, codes.length / 2 + 1).map((_, at) => at + 1);
  const repeats = periods.some((period) => key.slice(period) === key.slice(0, -period));
  return (
    new Set(codes).size < fewestCharacters ||
    repeats ||
    neighbours.length > codes.length / 2 ||
    /change.?(me|this)|secret|password|example|insecure|replace|default|12345678/i.test(key)
  );
}

/** What this is, as the image says it; outside of one the commit is unknown. */
export const Build = z.object({
  WEFT_VERSION: Text.default(about.version),
  WEFT_COMMIT: Text.default("unknown"),
});
const Database = z.object({
  POSTGRES_HOST: Host.default("db"),
  POSTGRES_PORT: Port.default(5432),
  POSTGRES_DB: Text.default("appdb"),
  POSTGRES_TLS: oneOf("off", "require", "verify").default("off"),
  POSTGRES_TLS_CA: Text.optional(),
  POSTGRES_POOL_SIZE: digits(100, texts.notAPoolSize).default(10),
});
export const MigrateVariables = Database.extend({
  ...Build.shape,
  POSTGRES_USER: Text.default("postgres"),
  POSTGRES_PASSWORD: Text,
  APPUSER_PASSWORD: Text,
});
export const AppVariables = Database.extend({
  ...Build.shape,
  POSTGRES_USER: Text.default("appuser").refine((user) => user !== "postgres", texts.superuser),
  POSTGRES_PASSWORD: z.string(said(texts.missing, texts.missingAppPassword)),
  BASE_DOMAIN: Domain,
  SECRET_KEY: SecretKey,
  SECRET_KEY_PREVIOUS: Text.optional(),
  FROM_EMAIL: z.email(said(texts.notAnAddress)).optional(),
  IS_DEV: Flag.default(false),
  BYPASS_OTP: Flag.default(false),
  ENABLE_OPENAPI_DOCS: Flag.default(false),
  MEMCACHED_HOST: Host.optional(),
  MEMCACHED_PORT: Port.default(11_211),
  TRUSTED_PROXIES: Networks.default(nearNetworks),
  DNS_SERVERS: NameServers.optional(),
  HOST: Host.optional(),
  PORT: Port.default(8000),
  INTERNAL_PORT: Port.default(8001),
  PUBLIC_SCHEME: oneOf("http", "https").optional(),
  PUBLIC_PORT: Port.optional(),
  LOG_LEVEL: LogLevel.default("info"),
});
const ApiAddress = z.url({ protocol: /^https?$/, ...said(texts.notAUrl) }).optional();
export const MailVariables = z.discriminatedUnion(
  "EMAIL_BACKEND",
  [
    z.object({
      EMAIL_BACKEND: z.literal("smtp"),
      SMTP_HOST: Host,
      SMTP_PORT: Port.optional(),
      SMTP_USER: Text.optional(),
      SMTP_PASS: Text.optional(),
      SMTP_TLS: z
        .union([Flag, z.literal("implicit")], texts.notOneOf(["true", "implicit", "false"]))
        .default(true),
      SMTP_TLS_CA: Text.optional(),
    }),
    z.object({
      EMAIL_BACKEND: z.literal("sendgrid"),
      SENDGRID_API_KEY: Text,
      SENDGRID_BASE_URL: ApiAddress,
    }),
    z.object({
      EMAIL_BACKEND: z.literal("resend"),
      RESEND_API_KEY: Text,
      RESEND_BASE_URL: ApiAddress,
    }),
    z.object({ EMAIL_BACKEND: z.literal("mailbox"), MAILBOX_PATH: Text }),
  ],
  texts.notOneOf(["smtp", "sendgrid", "resend", "mailbox"]),
);

/** Values that are taken as they are; all others lose surrounding blanks. */
const verbatim =
  /^(SECRET_KEY(_PREVIOUS)?|(POSTGRES|APPUSER)_PASSWORD|SMTP_PASS|SPACES_SECRET|BACKUP_PASSPHRASE|BACKUP_S3_SECRET)$/;

/** The variables that hold something: one that is empty or blank counts as unset. */
export function withoutBlanks(
  env: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(env)) {
    if (value === undefined || value.trim() === "") continue;
    kept[name] = verbatim.test(name) ? value : value.trim();
  }
  return kept;
}
