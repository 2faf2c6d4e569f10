// Encrypted backups by the page: made, looked at, rehearsed, restored in place and on a server that has lost everything.
import { statSync } from "node:fs";
import { healthz, mustBeSignedIn, second, signIn } from "../people.ts";
import { check, holds, same } from "../report.ts";
import { home, must, run } from "../shell.ts";
import {
  allHealthy,
  composeEnvironment,
  provision,
  setVariable,
  weft,
  type World,
} from "../world.ts";

const tenantNames = async () => {
  const rows = JSON.parse((await weft("tenant list --json")).out) as { subdomain: string }[];
  return rows.map(({ subdomain }) => subdomain);
};

/** Ends with the installation as it was at the backup, under a new secret. */
export async function encryptedBackups(world: World): Promise<void> {
  const { page } = world;
  const before = await tenantNames();
  const ada = await signIn(world, second);

  await check(
    "an encrypted backup is made, listed, read to its end and taken away",
    [51],
    async () => {
      await page.runBlock("Encrypted backups", 0);
      holds(await page.runBlock("Encrypted backups", 1), /weft-\d{8}T\d{6}Z-\w+\.tar\.zst\.age/);
      const { mode, size } = statSync(`${home}/newest-backup.age`);
      same([(mode & 0o777).toString(8), size > 1_000], ["600", true]);
      holds(await must("head -c 21 newest-backup.age"), "age-encryption.org/v1");
    },
  );

  await check("the rehearsal of a restore is green", [53], async () => {
    holds(await page.runBlock("Restore drill", 0), /^GREEN: weft-/m);
  });

  await check("without the secret it was made under, nothing is restored", [54], async () => {
    await provision({ subdomain: "late", email: "late@late.example" });
    const { code } = await run(
      `docker compose run --rm -T -e SECRET_KEY="$(openssl rand -base64 32)" migrate weft restore newest --replace --yes`,
    );
    same(code === 0, false, "restore succeeded");
    same(await tenantNames(), [...before, "late"].toSorted());
    same(await healthz(), "200", "healthz");
  });

  await check("a restore in place brings back that instant, sessions too", [47, 53], async () => {
    holds(await page.runBlock("Restoring an encrypted backup", 0), /is kept as appdb_before_/);
    await allHealthy();
    same(await tenantNames(), before);
    await mustBeSignedIn(ada, second.firstName);
  });

  await check("a new server with .env and the archive is the old one", [47, 53, 54], async () => {
    await must(
      "docker compose down && docker volume rm weftid_dbdata weftid_storage weftid_backups",
    );
    await must("docker compose up -d --wait db");
    await page.runBlock("Restoring an encrypted backup", 2);
    await allHealthy();
    same(await tenantNames(), before);
    await mustBeSignedIn(ada, second.firstName);
    await signIn(world, second);
  });

  await check("the secret is replaced while people go on working", [54, 69], async () => {
    const old = (await composeEnvironment("app"))["SECRET_KEY"] ?? "";
    setVariable("SECRET_KEY_PREVIOUS", old);
    setVariable("SECRET_KEY", await must("openssl rand -base64 32"));
    await page.runBlock("Rotating the secret", 0);
    await allHealthy();
    await mustBeSignedIn(ada, second.firstName);
    holds(await page.runBlock("Rotating the secret", 1), "every secret is under SECRET_KEY");
    setVariable("SECRET_KEY_PREVIOUS", "");
    await must("docker compose up -d");
    await allHealthy();
    await signIn(world, second);
  });
}
