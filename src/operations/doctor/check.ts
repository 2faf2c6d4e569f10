// The shape of a check: one question about the installation, answered with sentences and with the lines that repair it.
import type { ConfigProblem } from "#src/config.ts";
import type { DnsClient } from "#platform/dns/client.ts";
import type { Services } from "#platform/services.ts";
import type { TenantId } from "#src/ids.ts";
import { texts } from "./texts.ts";

/** From good to bad. `skipped`: cannot be asked here, or makes no sense here; the sentence says why. */
export const checkStates = ["skipped", "ok", "warn", "fail"] as const;
export type CheckState = (typeof checkStates)[number];

export interface Finding {
  readonly state: CheckState;
  /** One sentence. */
  readonly says: string;
  /** The exact line that repairs it: a command, a setting or a DNS record; null where there is nothing to repair. */
  readonly repair: string | null;
}

export const ok = (says: string): Finding => ({ state: "ok", says, repair: null });
export const skipped = (says: string): Finding => ({ state: "skipped", says, repair: null });
export const warn = (says: string, repair: string): Finding => ({ state: "warn", says, repair });
export const fail = (says: string, repair: string): Finding => ({ state: "fail", says, repair });

export interface ActiveTenant {
  readonly id: TenantId;
  readonly subdomain: string;
}

export interface DoctorContext {
  readonly services: Services;
  /** What is wrong with the configuration; `services` were opened with stand-ins for it. */
  readonly problems: readonly ConfigProblem[];
  readonly dns: DnsClient;
  /** PEM of the authorities that vouch for the public site; the system's when null. */
  readonly ca: string | null;
  /** Where a real message is sent to; null: none is sent. */
  readonly mailTo: string | null;
  /** Null when the database answers, else why it does not: the database is asked once for all checks. */
  databaseProblem(): Promise<string | null>;
  /** Two active tenants, or as many as there are; none where the database is away. Asked once for all checks. */
  tenants(): Promise<readonly ActiveTenant[]>;
}

export interface Check {
  /** `tls`: stable, for scripts. */
  readonly name: string;
  /** "TLS certificates" */
  readonly title: string;
  /** Beginnings of the names of settings without which there is no sense in asking: the check is skipped while one is wrong. */
  readonly settings: readonly string[];
  /** Nothing is asked while the database is away. */
  readonly needsDatabase?: boolean;
  /** At least one finding. A throw is a failed check. */
  run(context: DoctorContext, signal: AbortSignal): Promise<Finding | readonly Finding[]>;
}

export interface CheckReport {
  readonly name: string;
  readonly title: string;
  /** The worst of its findings. */
  readonly state: CheckState;
  readonly ms: number;
  readonly findings: readonly Finding[];
}

export interface DoctorReport {
  /** False when any check failed. */
  readonly ok: boolean;
  readonly version: string;
  /** ISO, UTC. */
  readonly at: string;
  readonly checks: readonly CheckReport[];
}

export const worstOf = (states: readonly CheckState[]): CheckState =>
  checkStates[Math.max(0, ...states.map((state) => checkStates.indexOf(state)))] ?? "ok";

/** "2 checks failed, one warning" */
export function summary(checks: readonly CheckReport[]): string {
  const count = (state: CheckState) => checks.filter((check) => check.state === state).length;
  const warnings = count("warn");
  const failed = count("fail") === 0 ? texts.allWell : texts.failed(count("fail"));
  return warnings === 0 ? failed : `${failed}, ${texts.warned(warnings)}`;
}
