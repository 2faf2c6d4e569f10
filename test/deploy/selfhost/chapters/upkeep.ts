// Backups, upgrades and the way back, each by the page's own commands.
import { statSync } from "node:fs";
import { founder, losesNothing, scriptOf, signIn } from "../people.ts";
import { check, holds, same } from "../report.ts";
import { home, must, run } from "../shell.ts";
import {
  allHealthy,
  browserOf,
  type Container,
  containers,
  setVariable,
  weft,
  type World,
} from "../world.ts";

const sql = (statement: string) =>
  must(`docker compose exec -T db psql -U postgres -d appdb -tA -c "${statement}"`);

const tenantNames = async () => {
  const rows = JSON.parse((await weft("tenant list --json")).out) as { subdomain: string }[];
  return rows.map(({ subdomain }) => subdomain);
};

/** Backs up, upgrades, fails an upgrade, and goes back. */
export async function upkeep(world: World, version: string): Promise<void> {
  const { page } = world;
  const before = await tenantNames();

  await check("a backup is three files for the owner alone", [49, 50, 51, 52], async () => {
    await must("docker compose exec -T app sh -c 'echo kept > /app/storage/kept'");
    await page.runBlock("Database", 0);
    await page.runBlock("File storage", 0);
    for (const name of ["roles-backup.sql", "data-backup.sql", "storage-backup.tar.gz"]) {
      const { mode, size } = statSync(`${home}/${name}`);
      same([name, (mode & 0o777).toString(8), size > 100], [name, "600", true]);
    }
  });

  await upgrades(world, version, before);

  await check(
    "rolling back by the page's steps brings the backup back",
    [46, 47, 48, 53],
    async () => {
      await weft(
        "provision --subdomain late --tenant-name Late --email late@late.example --first-name La --last-name Te",
      );
      same((await tenantNames()).includes("late"), true);
      await must("docker compose exec -T app rm /app/storage/kept");
      await page.runBlock("Rolling back", 0);
      await page.runBlock("Rolling back", 1);
      setVariable("WEFT_VERSION", version);
      for (const nth of [2, 3, 4, 5]) await page.runBlock("Rolling back", nth);
      await allHealthy();
      same(await tenantNames(), before);
      same(await must("docker compose exec -T app cat /app/storage/kept"), "kept");
    },
  );

  await check(
    "after it, roles, owners and settings are what migrate asserts",
    [53, 75],
    async () => {
      const strangers =
        "select count(*) from pg_class where relnamespace = 'app'::regnamespace and relkind in ('r', 'S', 'v') and pg_get_userbyid(relowner) <> 'app_owner'";
      same(await sql(strangers), "0", "relations of another owner");
      same(await sql("show timezone"), "UTC");
      const unforced =
        "select count(*) from pg_class where relnamespace = 'app'::regnamespace and relkind = 'r' and not (relrowsecurity and relforcerowsecurity)";
      same(await sql(unforced), "0", "tables without row-level security");
    },
  );

  await check("after it, people sign in as before", [47], async () => {
    const browser = browserOf(world, "acme.id.example.com");
    await browser.ask("/sign-in", { email: "admin@acme.com" });
    const answer = await browser.ask("/sign-in/password", {
      password: "seven harbours and a wicker basket",
    });
    same([answer.status, answer.headers.get("location")], [303, "/sign-in/code"]);
  });
}

const served = async () => {
  const rows = await containers();
  return rows.filter(({ Service }) => Service === "app" || Service === "worker");
};

/** Compose file and Caddyfile of the version in .env. */
const takeFiles = (page: World["page"]) => {
  const lines = page.block("Upgrade procedure", 0).split("\n");
  return must(lines.filter((line) => /^(version=|curl )/.test(line)).join("\n"));
};

async function upgrades(world: World, version: string, before: readonly string[]): Promise<void> {
  const { page, internet } = world;
  const script = await scriptOf(world, "acme");

  await check(
    "an upgrade migrates first, then serves, and loses no request",
    [41, 42, 74],
    async () => {
      setVariable("WEFT_VERSION", "0.2.0");
      internet.release("0.2.0");
      const { out } = await run(page.block("See what an upgrade would do", 0));
      holds(out, /0901_upgrade: the version that runs now keeps serving/);
      await losesNothing(world, script, async () => {
        await page.runBlock("Upgrade procedure", 0);
      });
      await allHealthy();
      await page.runBlock("Upgrade procedure", 1);
      for (const { Service, Image } of await served()) {
        same([Service, Image], [Service, "ghcr.io/pageloom/weft-id:0.2.0"]);
      }
      holds(await page.runBlock("Migration status", 0), /0901_upgrade +\| success/);
      same(await tenantNames(), before);
    },
  );

  await check(
    "the version before works on the newer schema, there and back",
    [42, 46],
    async () => {
      for (const [wanted, isAhead] of [
        [version, true],
        ["0.2.0", false],
      ] as const) {
        setVariable("WEFT_VERSION", wanted);
        await takeFiles(page);
        await losesNothing(world, script, async () => {
          await must("docker compose up -d");
          await allHealthy();
        });
        for (const { Image } of await served()) same(Image, `ghcr.io/pageloom/weft-id:${wanted}`);
        const log = await must("docker compose logs --no-log-prefix app worker");
        same(log.includes("database_ahead"), isAhead, `${wanted} says that the database is ahead`);
        await signIn(world, founder);
      }
      same(await tenantNames(), before);
    },
  );

  await check(
    "an upgrade whose migration fails leaves the old version serving",
    [30, 43],
    async () => {
      setVariable("WEFT_VERSION", "0.3.0");
      await losesNothing(world, script, async () => {
        const { code, err } = await run(page.block("Upgrade procedure", 0));
        same(code, 1);
        holds(err, "0902_fails");
        holds(err, "public.needed");
      });
      for (const { Image } of await served()) same(Image, "ghcr.io/pageloom/weft-id:0.2.0");
      same(await sql("select to_regclass('app.half') is null"), "t");
    },
  );

  await check(
    "up -d alone does not start an app whose migration fails, and tries again",
    [30, 43, 44],
    async () => {
      const { code } = await run("docker compose up -d");
      same(code === 0, false, "up -d succeeded");
      const log = await page.runBlock("4. Start the services", 2);
      holds(log, "0902_fails");
      holds(log, "public.needed");
      same(await sql("select to_regclass('app.half') is null"), "t");
      const isNew = ({ Image, State }: Container) =>
        Image.endsWith(":0.3.0") && State === "running";
      same((await served()).some(isNew), false, "new app runs");
      await sql("create table public.needed (id integer)");
      await must("docker compose up -d");
      await allHealthy();
      same(await sql("select to_regclass('app.half') is null"), "f");
    },
  );
}
