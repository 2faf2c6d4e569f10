// The images: this version by the page's command, the same by an engine without BuildKit.
import { readdirSync } from "node:fs";
import { buildSkewed, buildVersion } from "../images.ts";
import { check, holds, same } from "../report.ts";
import { must } from "../shell.ts";
import { commit, type World } from "../world.ts";

/** The number of the newest migration of this version. */
const newest = readdirSync("/checkout/sql/migrations").toSorted().at(-1)?.slice(0, 4) ?? "";
/** Takes a while, as on a large table, and leaves the version before working. */
const upgrade = `-- Locks: nothing for longer than an instant.
-- Serves: ${newest} and later
set local role app_owner; set local search_path = app, pg_temp;
select pg_sleep(5);
alter table groups add column made_by_the_upgrade text;
`;
const failing = `create table app.half (id integer);
insert into app.half select id from public.needed;
`;
/** What later versions add to the schema: the first works, the second misses a table. */
const laterVersions = {
  "0.2.0": { "0901_upgrade.sql": upgrade },
  "0.3.0": { "0901_upgrade.sql": upgrade, "0902_fails.sql": failing },
};

/** Builds them. The last chapter that needs the network of the host. */
export async function build({ page }: World, version: string): Promise<void> {
  await check("the image is built from the checkout", [60], async () => {
    await page.runBlock("Docker image", 0, {
      cwd: "/checkout",
      seconds: 600,
      env: { WEFT_COMMIT: commit },
    });
    holds(await must("docker image ls"), "ghcr.io/pageloom/weft-id");
  });

  await check("an engine without BuildKit builds it, too", [], async () => {
    const env = { DOCKER_BUILDKIT: "0" };
    const classic = "docker build -q -t classic -f deploy/Dockerfile .";
    await must(classic, { cwd: "/checkout", env, seconds: 600 });
    same(
      await must("docker run --rm --network none classic sh -c 'id -u; stat -c %u storage'"),
      "1000\n1000",
    );
    await must("docker image rm -f classic");
  });

  await check(
    "two later versions and a stand-in with a clock of its own are built",
    [],
    async () => {
      for (const [later, migrations] of Object.entries(laterVersions)) {
        await buildVersion(later, migrations);
      }
      await buildSkewed(version);
    },
  );
}
