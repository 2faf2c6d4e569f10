// The doctor over a database of the test: its report by check, and its repair lines carried out.
import type { Services } from "#platform/services.ts";
import type { CheckReport, DoctorOptions } from "#src/operations/doctor/index.ts";
import { runDoctor } from "#src/operations/doctor/index.ts";
import { checks } from "#src/operations/doctor/checks/index.ts";
import type { DatabaseSettings } from "#platform/db/database.ts";

/** Services whose configuration names the database that they are open on. */
export const over = (services: Services, database: DatabaseSettings): Services => ({
  ...services,
  config: { ...services.config, database },
});

/** One check's report. */
export async function examine(
  services: Services,
  name: string,
  options: DoctorOptions = {},
): Promise<CheckReport> {
  const chosen = checks.filter((check) => check.name === name);
  const { checks: reports } = await runDoctor(services, { ...options, checks: chosen });
  const [report] = reports;
  if (!report) throw new Error(`there is no check ${name}`);
  return report;
}

/** The SQL of a repair line, as psql would get it. */
export function sqlOf(repair: string | null | undefined): string {
  const sql = /^docker compose exec db psql -U postgres -d \S+ -c "(.*)"$/.exec(repair ?? "")?.[1];
  if (sql === undefined) throw new Error(`no SQL in: ${repair}`);
  return sql;
}
