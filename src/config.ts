// The only reader of the environment: what an operator may set, checked as a whole, handed on as frozen groups.
// Names and defaults are those of deploy/.env.example; a blank variable counts as unset, and no secret has a default.
import { exit } from "node:process";
import type { z } from "zod";
import { parseBreaches } from "./config/breaches.ts";
import { parseStorage } from "./config/storage.ts";
import { texts } from "./config/texts.ts";
import {
  AppVariables,
  Build,
  Flag,
  type LogLevel,
  MailVariables,
  MigrateVariables,
  withoutBlanks,
} from "./config/variables.ts";
import type { NameServer } from "#platform/dns/servers.ts";
import type { BreachSettings } from "#platform/passwords/breaches/checker.ts";
import type { DatabaseSettings } from "#platform/db/database.ts";
import type { StorageSettings } from "#platform/storage/storage.ts";

type Given = Readonly<Record<string, string>>;
type Env = Readonly<Record<string, string | undefined>>;
export type AppRole = "serve" | "worker" | "operator";

export interface HttpConfig {
  readonly host: string;
  readonly port: number;
  readonly internalPort: number;
  readonly baseDomain: string;
  /** What a browser uses to reach us, for links; the port is null where the scheme implies it. */
  readonly publicScheme: "http" | "https";
  readonly publicPort: number | null;
  /** Networks whose X-Forwarded-… headers are believed, in CIDR notation. */
  readonly trustedProxies: readonly string[];
  readonly openApiDocs: boolean;
}

export type MailBackend =
  | {
      readonly kind: "smtp";
      readonly host: string;
      readonly port: number;
      readonly login: { readonly user: string; readonly password: string } | null;
      /** `starttls` and `implicit` verify the certificate, against `caFile` where one is set. */
      readonly tls: "starttls" | "implicit" | "off";
      readonly caFile: string | null;
    }
  | {
      readonly kind: "sendgrid" | "resend";
      readonly apiKey: string;
      /** Null: the provider's own address. */
      readonly baseUrl: string | null;
    }
  | { readonly kind: "mailbox"; readonly path: string };

export interface Config {
  readonly role: AppRole;
  readonly version: string;
  /** `unknown` where it was not built from one. */
  readonly commit: string;
  readonly http: HttpConfig;
  readonly database: DatabaseSettings;
  readonly keys: { readonly current: string; readonly previous: string | null };
  readonly mail: { readonly from: string; readonly backend: MailBackend };
  readonly storage: StorageSettings;
  readonly breaches: BreachSettings;
  /** Who is asked about DNS records; null: the system's name servers. */
  readonly dns: { readonly servers: readonly NameServer[] | null };
  /** Null: no activity cache. */
  readonly cache: { readonly host: string; readonly port: number } | null;
  readonly log: { readonly level: z.infer<typeof LogLevel> };
  readonly dev: { readonly isDev: boolean; readonly bypassOtp: boolean };
}

/** What `weft migrate` uses: the superuser's connection, and the password that the runtime role gets. */
export interface MigrateConfig {
  readonly role: "migrate";
  readonly version: string;
  readonly database: DatabaseSettings;
  readonly appuserPassword: string;
}

export interface ConfigProblem {
  readonly name: string;
  readonly problem: string;
}

/** Everything that is wrong with the environment, each by its variable's name. Never holds a value. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
  readonly problems: readonly ConfigProblem[];
  constructor(problems: readonly ConfigProblem[]) {
    const lines = problems.map(({ name, problem }) => `  ${name} ${problem}`);
    super([texts.heading(problems.length), ...lines].join("\n"));
    this.problems = problems;
  }
}

/**
 * The configuration of one role, frozen, from environment variables.
 * @throws {ConfigError} with every problem at once.
 */
export function parseConfig(env: Env, role: "migrate"): MigrateConfig;
export function parseConfig(env: Env, role?: AppRole): Config;
export function parseConfig(env: Env, role: AppRole | "migrate" = "serve") {
  const given = withoutBlanks(env);
  return frozen(role === "migrate" ? migrateConfig(given) : appConfig(given, role));
}

/** The configuration of this process. Wrong settings are printed, all at once, and end it with exit code 78 (EX_CONFIG). */
export function loadConfig(role: "migrate", env?: Env): MigrateConfig;
export function loadConfig(role?: AppRole, env?: Env): Config;
export function loadConfig(role: AppRole | "migrate" = "serve", env: Env = Bun.env) {
  try {
    return role === "migrate" ? parseConfig(env, role) : parseConfig(env, role);
  } catch (error) {
    if (error instanceof ConfigError) exitWith(error);
    throw error;
  }
}

/** What this is: `0.1.0`, of an image `0.1.0 (commit 1a2b3c4)`. Needs no settings. */
export function buildName(env: Env = Bun.env): string {
  const { WEFT_VERSION: version, WEFT_COMMIT: commit } = Build.parse(withoutBlanks(env));
  return commit === "unknown" ? version : `${version} (commit ${commit})`;
}

/** Prints the problems to standard error and ends the process with exit code 78 (EX_CONFIG). */
export function exitWith(error: ConfigError): never {
  console.error(error.message);
  exit(78);
}

/** The address a browser uses for a host: `https://acme.id.example.com`, in development with its port. */
export function originOf(http: HttpConfig, host: string): string {
  const port = http.publicPort === null ? "" : `:${http.publicPort}`;
  return `${http.publicScheme}://${host}${port}`;
}

function migrateConfig(given: Given): MigrateConfig {
  const { data, error } = MigrateVariables.safeParse(given);
  const clashes = clashesOf(authorityRules(given));
  if (!data || clashes.length > 0) throw new ConfigError([...problemsOf(error), ...clashes]);
  return {
    role: "migrate",
    version: data.WEFT_VERSION,
    database: databaseConfig(data),
    appuserPassword: data.APPUSER_PASSWORD,
  };
}

function appConfig(given: Given, role: AppRole): Config {
  const app = AppVariables.safeParse(given);
  const mail = MailVariables.safeParse({ EMAIL_BACKEND: "smtp", ...given });
  const storage = parseStorage(given);
  const breaches = parseBreaches(given, storage.settings?.local.folder ?? "/");
  const clashes = contradictions(given);
  if (!app.success || !mail.success || storage.error || breaches.error || clashes.length > 0) {
    const errors = [app.error, mail.error, storage.error, breaches.error];
    throw new ConfigError([...errors.flatMap(problemsOf), ...clashes]);
  }
  const { data } = app;
  return {
    role,
    version: data.WEFT_VERSION,
    commit: data.WEFT_COMMIT,
    http: httpConfig(data),
    database: databaseConfig(data),
    keys: { current: data.SECRET_KEY, previous: data.SECRET_KEY_PREVIOUS ?? null },
    mail: {
      from: data.FROM_EMAIL ?? `no-reply@${data.BASE_DOMAIN}`,
      backend: mailBackend(mail.data),
    },
    storage: storage.settings,
    breaches: breaches.settings,
    dns: { servers: data.DNS_SERVERS ?? null },
    cache: data.MEMCACHED_HOST ? { host: data.MEMCACHED_HOST, port: data.MEMCACHED_PORT } : null,
    log: { level: data.LOG_LEVEL },
    dev: { isDev: data.IS_DEV, bypassOtp: data.BYPASS_OTP },
  };
}

/** Rules between variables. They are asked of what was given, so that they speak up beside any other problem. */
function contradictions(given: Given): ConfigProblem[] {
  const isDev = Flag.safeParse(given["IS_DEV"]).data === true;
  const isLocal = /(^|\.)localhost$|\.(test|local)$/.test(given["BASE_DOMAIN"] ?? "localhost");
  return clashesOf([
    [isDev && !isLocal, "IS_DEV", texts.devInPublic],
    [
      !isDev && Flag.safeParse(given["BYPASS_OTP"]).data === true,
      "BYPASS_OTP",
      texts.bypassInPublic,
    ],
    [!isDev && given["PUBLIC_SCHEME"] === "http", "PUBLIC_SCHEME", texts.plainInPublic],
    [!isDev && given["EMAIL_BACKEND"] === "mailbox", "EMAIL_BACKEND", texts.mailboxInPublic],
    ...["SENDGRID_BASE_URL", "RESEND_BASE_URL", "BREACH_URL"].map((name): Rule => [
      !isDev && (given[name] ?? "https:").toLowerCase().startsWith("http:"),
      name,
      texts.plainInPublic,
    ]),
    ...authorityRules(given),
    [!given["SMTP_USER"] !== !given["SMTP_PASS"], "SMTP_USER", texts.loneLogin],
    [
      (given["PORT"] ?? "8000") === (given["INTERNAL_PORT"] ?? "8001"),
      "INTERNAL_PORT",
      texts.samePort,
    ],
    [
      given["SECRET_KEY"] !== undefined && given["SECRET_KEY"] === given["SECRET_KEY_PREVIOUS"],
      "SECRET_KEY_PREVIOUS",
      texts.sameKey,
    ],
  ]);
}

type Rule = [wrong: boolean, name: string, problem: string];

const clashesOf = (rules: readonly Rule[]): ConfigProblem[] =>
  rules.filter(([wrong]) => wrong).map(([, name, problem]) => ({ name, problem }));

function httpConfig(data: z.infer<typeof AppVariables>): HttpConfig {
  const publicScheme = data.PUBLIC_SCHEME ?? (data.IS_DEV ? "http" : "https");
  const publicPort = data.PUBLIC_PORT ?? (data.IS_DEV ? data.PORT : null);
  return {
    // In development the mailbox and other conveniences are open: they stay on this machine.
    host: data.HOST ?? (data.IS_DEV ? "127.0.0.1" : "0.0.0.0"),
    port: data.PORT,
    internalPort: data.INTERNAL_PORT,
    baseDomain: data.BASE_DOMAIN,
    publicScheme,
    publicPort: publicPort === (publicScheme === "https" ? 443 : 80) ? null : publicPort,
    trustedProxies: data.TRUSTED_PROXIES,
    openApiDocs: data.ENABLE_OPENAPI_DOCS,
  };
}

/** A certificate authority that nobody is measured by would look like safety and be none. */
function authorityRules(given: Given): Rule[] {
  const isAsked = given["POSTGRES_TLS"] === "verify";
  return [[!isAsked && "POSTGRES_TLS_CA" in given, "POSTGRES_TLS_CA", texts.loneAuthority]];
}

export function databaseConfig(
  data: Pick<
    z.infer<typeof MigrateVariables>,
    Extract<keyof z.infer<typeof MigrateVariables>, `POSTGRES_${string}`>
  >,
): DatabaseSettings {
  return {
    host: data.POSTGRES_HOST,
    port: data.POSTGRES_PORT,
    name: data.POSTGRES_DB,
    user: data.POSTGRES_USER,
    password: data.POSTGRES_PASSWORD,
    tls: data.POSTGRES_TLS,
    ...(data.POSTGRES_TLS_CA === undefined ? {} : { tlsCaFile: data.POSTGRES_TLS_CA }),
    poolSize: data.POSTGRES_POOL_SIZE,
  };
}

function mailBackend(data: z.infer<typeof MailVariables>): MailBackend {
  if (data.EMAIL_BACKEND === "smtp") return smtpBackend(data);
  if (data.EMAIL_BACKEND === "mailbox") return { kind: "mailbox", path: data.MAILBOX_PATH };
  return data.EMAIL_BACKEND === "sendgrid"
    ? { kind: "sendgrid", apiKey: data.SENDGRID_API_KEY, baseUrl: data.SENDGRID_BASE_URL ?? null }
    : { kind: "resend", apiKey: data.RESEND_API_KEY, baseUrl: data.RESEND_BASE_URL ?? null };
}

function smtpBackend(
  data: Extract<z.infer<typeof MailVariables>, { EMAIL_BACKEND: "smtp" }>,
): MailBackend {
  const { SMTP_TLS, SMTP_USER: user, SMTP_PASS: password } = data;
  const tls = SMTP_TLS === "implicit" ? SMTP_TLS : SMTP_TLS ? "starttls" : "off";
  return {
    kind: "smtp",
    host: data.SMTP_HOST,
    port: data.SMTP_PORT ?? (tls === "implicit" ? 465 : 587),
    login: user && password ? { user, password } : null,
    tls,
    caFile: data.SMTP_TLS_CA ?? null,
  };
}

export function problemsOf(error: z.ZodError | undefined): ConfigProblem[] {
  const found = new Map<string, string>();
  for (const { path, message } of error?.issues ?? []) {
    const name = String(path[0]);
    if (!found.has(name)) found.set(name, message);
  }
  return [...found].map(([name, problem]) => ({ name, problem }));
}

export function frozen<T extends object>(value: T): T {
  for (const part of Object.values(value)) {
    if (typeof part === "object" && part !== null) frozen(part);
  }
  return Object.freeze(value);
}
