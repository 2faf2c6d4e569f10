// The operator's page on the internal port, as it looks when much is wrong and when nothing is.
import { afterAll, describe, test } from "bun:test";
import { testServices } from "../support/services.ts";
import { testDatabase } from "../support/database.ts";
import { doctorPages } from "#src/operations/doctor/routes.tsx";
import { type DoctorReport, runDoctor } from "#src/operations/doctor/index.ts";
import { launch, prepare, program, visitor } from "./support/browser.ts";
import { look } from "./support/look.ts";

const { database, settings, asSuperuser } = await testDatabase();
const own = testServices(database);
const services = { ...own, config: { ...own.config, database: settings } };
const stage = await prepare(async () => ({ browser: await launch() }));

function serve(report: () => Promise<DoctorReport>): string {
  const pages = doctorPages(services, report);
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch: (request) => pages.fetch(request),
  });
  afterAll(() => server.stop(true));
  return `http://127.0.0.1:${server.port}/internal/doctor`;
}

describe.skipIf(!program.found)("the doctor's page", () => {
  test("shows what is wrong, each with the line to type", async () => {
    await asSuperuser("alter table app.groups disable row level security");
    const guest = await visitor(stage.browser);
    await guest.page.goto(serve(() => runDoctor(services)));
    await guest.page.getByText("Row-level security is off for app.groups").waitFor();
    await look(guest, "operator-page", "1-ill");
  }, 60_000);

  test("shows in one sentence that nothing failed", async () => {
    const findings = [{ state: "ok" as const, says: "Every setting is understood", repair: null }];
    const check = {
      name: "configuration",
      title: "Settings",
      state: "ok" as const,
      ms: 1,
      findings,
    };
    const report = { ok: true, version: "1.0.0", at: new Date().toISOString(), checks: [check] };
    const guest = await visitor(stage.browser);
    await guest.page.goto(serve(() => Promise.resolve(report)));
    await guest.page.getByText("Nothing failed").waitFor();
    await look(guest, "operator-page", "2-well");
  }, 60_000);
});
