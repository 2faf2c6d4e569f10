// Runs the checks beside each other; one that hangs costs its own time only.
import { createDnsClient, type DnsClient } from "#platform/dns/client.ts";
import { inspectDatabase } from "#platform/db/inspect.ts";
import type { Services } from "#platform/services.ts";
import { listTenants } from "#features/tenants/index.ts";
import type { ConfigProblem } from "#src/config.ts";
import {
  type ActiveTenant,
  type Check,
  type CheckReport,
  type DoctorContext,
  type DoctorReport,
  fail,
  type Finding,
  skipped,
  worstOf,
} from "./check.ts";
import { checks as everyCheck } from "./checks/index.ts";
import { brief } from "./lines.ts";
import { texts } from "./texts.ts";

export interface DoctorOptions {
  readonly problems?: readonly ConfigProblem[];
  readonly mailTo?: string | null;
  readonly ca?: string | null;
  readonly dns?: DnsClient;
  readonly checks?: readonly Check[];
  /** How long one check may take; 10 by default. */
  readonly limitSeconds?: number;
}

/** Looks at the whole installation. Changes nothing and, without `mailTo`, sends nothing. */
export async function runDoctor(
  services: Services,
  options: DoctorOptions = {},
): Promise<DoctorReport> {
  const context = contextOf(services, options);
  const { checks = everyCheck, limitSeconds = 10 } = options;
  const reports = await Promise.all(checks.map((check) => runCheck(check, context, limitSeconds)));
  return {
    ok: reports.every(({ state }) => state !== "fail"),
    version: services.config.version,
    at: services.clock.now().toISOString(),
    checks: reports,
  };
}

function contextOf(services: Services, options: DoctorOptions): DoctorContext {
  const { problems = [], mailTo = null, ca = null } = options;
  const { database, config } = services;
  const databaseProblem = once(() =>
    inspectDatabase(config.database, (inspector) => inspector.rows("select 1")).then(
      () => null,
      brief,
    ),
  );
  const tenants = once(async (): Promise<readonly ActiveTenant[]> => {
    if ((await databaseProblem()) !== null) return [];
    const listed = await database.system((db) => listTenants(db, "", 200)).catch(() => []);
    return listed.filter(({ state }) => state === "active").slice(0, 2);
  });
  const dns = options.dns ?? createDnsClient(config.dns);
  return { services, problems, dns, ca, mailTo, databaseProblem, tenants };
}

function once<T>(ask: () => Promise<T>): () => Promise<T> {
  let answer: Promise<T> | null = null;
  return () => (answer ??= ask());
}

async function runCheck(
  check: Check,
  context: DoctorContext,
  limitSeconds: number,
): Promise<CheckReport> {
  const { name, title } = check;
  const startedAt = performance.now();
  const found = await findingsWithin(check, context, limitSeconds);
  const findings = [found].flat();
  return {
    name,
    title,
    state: worstOf(findings.map(({ state }) => state)),
    ms: Math.round(performance.now() - startedAt),
    findings,
  };
}

async function findingsWithin(
  check: Check,
  context: DoctorContext,
  limitSeconds: number,
): Promise<Finding | readonly Finding[]> {
  const limit = AbortSignal.timeout(limitSeconds * 1000);
  const late = new Promise<Finding>((resolve) => {
    const give = () => resolve(fail(texts.tookTooLong(limitSeconds), texts.again));
    limit.addEventListener("abort", give, { once: true });
  });
  return await Promise.race([late, ask(check, context, limit)]);
}

async function ask(
  check: Check,
  context: DoctorContext,
  signal: AbortSignal,
): Promise<Finding | readonly Finding[]> {
  const wrong = context.problems.filter(({ name }) =>
    check.settings.some((beginning) => name.startsWith(beginning)),
  );
  if (wrong.length > 0) return skipped(texts.settingsWrong(wrong.map(({ name }) => name)));
  if (check.needsDatabase === true && (await context.databaseProblem()) !== null)
    return skipped(texts.databaseAway);
  try {
    return await check.run(context, signal);
  } catch (error) {
    // A check that fails by itself is a finding, too: the others are not to be lost with it.
    return fail(texts.checkFailed(brief(error)), texts.logs("app"));
  }
}
