// A configuration to look around with where the real one has problems: wrong settings are replaced by ones that lead nowhere.
// For the doctor alone; nothing may be served or sent with it.
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { type Config, ConfigError, type ConfigProblem, parseConfig } from "../config.ts";
import { texts } from "./texts.ts";

type Env = Readonly<Record<string, string | undefined>>;

export interface DoubtfulConfig {
  readonly config: Config;
  /** By variable; empty when `config` is what was set. */
  readonly problems: readonly ConfigProblem[];
}

/** For what has no default. Any other wrong setting is treated as not set. */
const standIns: Readonly<Record<string, () => string>> = {
  POSTGRES_PASSWORD: () => "not set",
  BASE_DOMAIN: () => "not-set.localhost",
  SECRET_KEY: () => randomBytes(32).toString("hex"),
  SMTP_HOST: () => "not-set.invalid",
  SENDGRID_API_KEY: () => "not set",
  RESEND_API_KEY: () => "not set",
  MAILBOX_PATH: () => "/nonexistent",
  INTERNAL_PORT: () => "65535",
};
/** Settings that only make sense together. */
const partners: Readonly<Record<string, string>> = { SMTP_USER: "SMTP_PASS" };
/** A stand-in can call for another one, as `smtp` calls for a host. */
const roundsMost = 4;

/** The configuration as far as it can be used, and everything that is wrong with it. */
export function parseDespiteProblems(env: Env): DoubtfulConfig {
  let given = env;
  const unreadable = unreadableFile(env["SMTP_TLS_CA"]);
  const problems: ConfigProblem[] = unreadable === null ? [] : [unreadable];
  for (const { name } of problems) given = withStandIn(given, name);
  let refusal: ConfigError | null = null;
  for (let round = 0; round < roundsMost; round += 1) {
    try {
      return { config: parseConfig(given, "operator"), problems };
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      // What later rounds complain about are the stand-ins.
      if (!refusal) problems.push(...error.problems);
      refusal = error;
      for (const { name } of error.problems) given = withStandIn(given, name);
    }
  }
  throw refusal ?? new Error("the configuration cannot be read");
}

function withStandIn(env: Env, name: string): Env {
  const partner = partners[name];
  return {
    ...env,
    [name]: standIns[name]?.(),
    ...(partner === undefined ? {} : { [partner]: undefined }),
  };
}

function unreadableFile(path: string | undefined): ConfigProblem | null {
  if (!path?.trim()) return null;
  try {
    readFileSync(path.trim());
    return null;
  } catch {
    return { name: "SMTP_TLS_CA", problem: texts.notAFile };
  }
}
