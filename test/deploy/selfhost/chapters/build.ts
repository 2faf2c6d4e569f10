// The images: this version by the page's command, the same by an engine without BuildKit.
import { buildSkewed, buildVersion } from "../images.ts";
import { check, holds, same } from "../report.ts";
import { must } from "../shell.ts";
import { commit, type World } from "../world.ts";

const upgrade = "create table app.made_by_the_upgrade (id integer primary key);";
/** What later versions add to the schema: the first works, the second misses a table. */
export const laterVersions = {
  "0.2.0": { "0901_upgrade.sql": upgrade },
  "0.3.0": {
    "0901_upgrade.sql": upgrade,
    "0902_fails.sql":
      "create table app.half (id integer);\ninsert into app.half select id from public.needed;",
  },
} as const satisfies Record<string, Record<string, string>>;

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
