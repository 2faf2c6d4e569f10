// What happens when a part of the stack fails, and that nothing is lost by it.
import { aLogo } from "../../../support/pictures.ts";
import { check, holds, same } from "../report.ts";
import {
  founder,
  healthz,
  losesNothing,
  mustBeSignedIn,
  scriptOf,
  signIn,
  underLoad,
} from "../people.ts";
import { home, must, run, until } from "../shell.ts";
import {
  allHealthy,
  browserOf,
  type Browser,
  healthOf,
  mailTo,
  weft,
  type World,
} from "../world.ts";

const sql = (statement: string) =>
  must(`docker compose exec -T db psql -U postgres -d appdb -tA -c "${statement}"`);

/** Ends a service's process as the kernel does when memory is short: the engine is not asked, so it starts it again. */
const killProcess = (container: string) =>
  must(`kill -9 $(docker inspect -f '{{.State.Pid}}' ${container})`);

const mailsTo = ({ internet }: World, address: string) =>
  internet.mails.filter(({ to }) => to === address).length;

/** Asks for a new password; a job mails it. Seconds until the answer. */
async function forget(world: World, tenant: string, email: string): Promise<number> {
  const startedAt = performance.now();
  const browser = browserOf(world, `${tenant}.id.example.com`);
  same((await browser.ask("/forgotten-password", { email })).status, 200, "forgotten password");
  return (performance.now() - startedAt) / 1000;
}

/** Breaks one part after the other. */
export async function faults(world: World): Promise<void> {
  const jane = await signIn(world, founder);
  const workerKilled = await workerInMidJob(world);
  await withoutCache(world, jane);
  await appKilled(world);
  await clockApart(world, jane);
  await diskFull(world, jane);
  await workerKilled();
  await databaseRestarts(world, jane);
  await check(
    "after all of that every service is healthy, and no job was given up",
    [29],
    async () => {
      await allHealthy();
      same(await world.page.runBlock("When something fails", 0), "(none)");
    },
  );
}

/** The mail server hangs, and the worker is killed while it waits. What comes of the job is asked later: its lease has to run out. */
async function workerInMidJob(world: World): Promise<() => Promise<void>> {
  const { internet } = world;
  const email = "ada@acme.com";
  const before = mailsTo(world, email);
  const worker = await must("docker compose ps -q worker");
  await check("a mail server that hangs slows no request down", [25, 55], async () => {
    await internet.hangMail();
    const seconds = await forget(world, "acme", email);
    same(seconds < 2, true, `the answer took ${seconds.toFixed(1)} s`);
    await until("the delivery is under way", 15, async () => {
      const running =
        "select count(*) from app.jobs where name = 'mail.deliver' and leased_until > now()";
      return (await sql(running)) === "1";
    });
    const acme = browserOf(world, "acme.id.example.com");
    const startedAt = performance.now();
    for (let n = 0; n < 10; n++) same((await acme.ask("/sign-in")).status, 200);
    same(performance.now() - startedAt < 3_000, true, "ten pages within 3 s");
    same(await healthz(), "200", "healthz");
    same(
      (await run("docker compose exec -T worker weft health worker")).code,
      0,
      "worker's health",
    );
  });
  await check("a killed worker is started again", [], async () => {
    await killProcess(worker);
    await internet.startMail();
    await until("another start", 20, async () => {
      return (
        (await must(`docker inspect -f '{{.RestartCount}} {{.State.Running}}' ${worker}`)) ===
        "1 true"
      );
    });
    same(await healthz(), "200", "healthz");
  });
  return () =>
    check("the job of the killed worker is done by its successor, once", [], async () => {
      await until("the message", 100, async () => Promise.resolve(mailsTo(world, email) > before));
      await until(
        "no job is left",
        20,
        async () => (await sql("select count(*) from app.jobs")) === "0",
      );
      same(mailsTo(world, email), before + 1, "messages");
      same(await sql("select count(*) from app.mails where state = 'queued'"), "0", "queued mails");
      await healthOf("worker", "healthy", 60);
    });
}

async function withoutCache(world: World, jane: Browser): Promise<void> {
  await check("without memcached sessions, sign-ins and mail go on", [63], async () => {
    await must("docker compose stop memcached");
    await mustBeSignedIn(jane, founder.firstName);
    await signIn(world, founder);
    same(await healthz(), "200", "healthz");
    const repair = /^warn +Memcached[^]*?repair: docker compose up -d memcached$/m;
    holds((await weft("doctor")).out, repair);
    await must("docker compose start memcached");
    await healthOf("memcached", "healthy", 30);
    await mustBeSignedIn(jane, founder.firstName);
  });
}

async function appKilled(world: World): Promise<void> {
  const script = await scriptOf(world, "acme");
  await check("replacing the app under load loses no request and doubles none", [], () =>
    losesNothing(world, script, async () => {
      await must("docker compose up -d --no-deps --force-recreate app");
      await healthOf("app", "healthy", 60);
    }),
  );
  await check(
    "an app that is killed is back at once; what it had promised is kept",
    [],
    async () => {
      const app = await must("docker compose ps -q app");
      const { problems, promised, kept } = await underLoad(world, script, async () => {
        await killProcess(app);
        await until("healthz 200", 30, async () => (await healthz()) === "200");
        await Bun.sleep(1_000);
      });
      // Only what was on its way when it died: six askers, one request each.
      same(problems.length <= 6, true, `lost: ${problems.join(", ")}`);
      const lost = promised.filter((name) => !kept.includes(name));
      same(lost, [], "promised and gone");
      same(new Set(kept).size, kept.length, "groups of one name");
      await healthOf("app", "healthy", 60);
    },
  );
}

async function clockApart(world: World, jane: Browser): Promise<void> {
  const compose = "docker compose -f docker-compose.yml -f docker-compose.override.yml";
  const count = () => sql("select count(*) from app.audit_events");
  for (const offset of ["+10m", "-10m"]) {
    await check(
      `an app whose clock is off by ${offset} goes on, and nobody is shut out`,
      [55],
      async () => {
        const before = Number(await count());
        await Bun.write(
          `${home}/skew.yml`,
          `services: { app: { image: skewed, build: !reset null, environment: { FAKETIME: "${offset}" } } }\n`,
        );
        await must(`${compose} -f skew.yml up -d --no-deps app`);
        await healthOf("app", "healthy", 60);
        const hour = await must("docker compose exec -T app bun -p 'Date.now()'");
        const apart = Math.round((Number(hour) - Date.now()) / 60_000);
        same(apart, Number.parseInt(offset, 10), "minutes apart");
        same(await healthz(), "200", "healthz");
        await mustBeSignedIn(jane, founder.firstName);
        await signIn(world, founder);
        same(Number(await count()) > before, true, "audit events");
      },
    );
  }
  await check("with the right clock again, everything is as before", [], async () => {
    await must("rm skew.yml && docker compose up -d --no-deps app");
    await healthOf("app", "healthy", 60);
    await mustBeSignedIn(jane, founder.firstName);
    await signIn(world, founder);
  });
}

/** Where the engine keeps the volume. */
const volume = "/var/lib/docker/volumes/weftid_storage/_data";

/** Puts the volume on a disk of 2 MB, or back, with what is in it. */
const moveFiles = (mount: string) =>
  must(
    `docker compose stop app worker && mkdir -p /run/files && cp -a ${volume}/. /run/files/ && ${mount}
     cp -a /run/files/. ${volume}/ && rm -rf /run/files && docker compose start app worker`,
  );

async function diskFull(world: World, jane: Browser): Promise<void> {
  await check(
    "with a full disk for files only new files are refused, at a restart too",
    [55, 71],
    async () => {
      const script = await scriptOf(world, "acme");
      const upload = async () =>
        (await script.call("PUT", "/branding", { logo: aLogo().toString("base64") })).status;
      await moveFiles(`mount -t tmpfs -o size=2m,uid=1000,gid=1000,mode=700 files ${volume}`);
      await allHealthy();
      same(await upload(), 200, "with space");
      await run("docker compose exec -T app sh -c 'cat /dev/zero > /app/storage/filler'");
      same(await upload(), 503, "without space");
      await must("docker compose restart app worker");
      await allHealthy();
      same(await upload(), 503, "without space, after a restart");
      same(await healthz(), "200", "healthz");
      await mustBeSignedIn(jane, founder.firstName);
      holds((await weft("doctor")).out, /^fail +.*ENOSPC/m);
      holds(await must("docker compose logs --no-log-prefix app worker"), "storage_full");
      await must("docker compose exec -T app rm /app/storage/filler");
      same(await upload(), 200, "with space again");
      await moveFiles(`umount ${volume}`);
      await allHealthy();
      const { body } = await script.call("GET", "/branding");
      const path = (body as { logo: { path: string } }).logo.path;
      const logo = await browserOf(world, "acme.id.example.com").ask(path);
      same([logo.status, logo.headers.get("content-type")], [200, "image/png"]);
    },
  );
}

async function databaseRestarts(world: World, jane: Browser): Promise<void> {
  await check("a database that restarts under load costs answers, not data", [55, 56], async () => {
    const script = await scriptOf(world, "acme");
    const email = "bill@initech.example";
    const mails = mailsTo(world, email);
    await forget(world, "initech", email);
    const { problems, promised, kept } = await underLoad(world, script, async () => {
      await must("docker compose restart db");
      await until("healthz 200", 30, async () => (await healthz()) === "200");
      await Bun.sleep(1_000);
    });
    const strange = problems.filter((problem) => !problem.startsWith("503 "));
    same(strange, [], "answers other than 503");
    same(
      promised.filter((name) => !kept.includes(name)),
      [],
      "promised and gone",
    );
    await mustBeSignedIn(jane, founder.firstName);
    await allHealthy();
    await mailTo(world, email, world.internet.mails.length - (mailsTo(world, email) - mails));
    holds(String(mailsTo(world, email) - mails), /^1$/);
  });
}
