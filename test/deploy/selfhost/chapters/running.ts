// The running stack: changed settings, monitoring, and what happens when a part of it goes away.
import { healthz } from "../people.ts";
import { check, holds, same } from "../report.ts";
import { home, must, run, until } from "../shell.ts";
import {
  allHealthy,
  browserOf,
  healthOf,
  inspect,
  setVariable,
  weft,
  type World,
} from "../world.ts";

/** Changes, stops and restarts things. */
export async function running(world: World): Promise<void> {
  const { page } = world;
  const acme = browserOf(world, "acme.id.example.com");

  await check("a changed .env is applied by up -d, and not by restart", [38, 67, 70], async () => {
    same((await acme.ask("/api/docs")).status, 404);
    setVariable("ENABLE_OPENAPI_DOCS", "true");
    await must("docker compose restart app");
    await healthOf("app", "healthy", 60);
    same((await acme.ask("/api/docs")).status, 404, "after restart");
    await must("docker compose up -d");
    await allHealthy();
    same((await acme.ask("/api/docs")).status, 200, "after up -d");
  });

  await check("another up -d finds nothing to migrate", [74], async () => {
    await must("docker compose up -d");
    const lines = (await must("docker compose logs --no-log-prefix migrate")).split("\n");
    holds(lines.at(-1) ?? "", "nothing to do");
    await allHealthy();
  });

  await check("healthz answers on the base domain without login, HEAD too", [55, 57], async () => {
    same(await page.runBlock("Health check", 0), "200");
    same(
      await must("curl -sI -o /dev/null -w '%{http_code}' https://id.example.com/healthz"),
      "200",
    );
  });

  await check(
    "healthz says 503 while the database is away, and 200 when it is back",
    [56],
    async () => {
      await must("docker compose stop db");
      const { code, out } = await run(
        "curl -s -o /dev/null -m 4 -w '%{http_code}' https://id.example.com/healthz",
      );
      same([code, out], [0, "503"]);
      same((await weft("health worker")).code, 1, "health of the worker");
      await must("docker compose start db");
      await until("healthz 200", 30, async () => (await healthz()) === "200");
      await allHealthy();
    },
  );

  await check(
    "the doctor finds nothing that failed, from the inside and the outside",
    [],
    async () => {
      // Certificates of the test's internet are not signed by a public authority.
      await must("docker compose exec -T app sh -c 'cat > /tmp/ca.pem' < /tls/bundle.pem");
      const line = page.block("Doctor", 0);
      const trusting = line.replace(" app ", " -T -e NODE_EXTRA_CA_CERTS=/tmp/ca.pem app ");
      const { code, out } = await run(trusting);
      for (const title of [
        "Roles and grants",
        "Isolation of tenants",
        "TLS certificates",
        "Proxy headers",
        "Hosts and cookies",
      ])
        holds(out, new RegExp(`^ok +${title}`, "m"));
      same([code, out.split("\n").filter((row) => row.startsWith("fail"))], [0, []]);
    },
  );

  await check("the doctor's page is for the server itself alone", [3], async () => {
    await Bun.write(`${home}/doctor.yml`, page.block("Doctor", 2));
    const files = "-f docker-compose.yml -f docker-compose.override.yml";
    await must(`docker compose ${files} -f doctor.yml up -d --no-deps app`);
    await healthOf("app", "healthy", 60);
    const shown = await must("curl -sS 'http://127.0.0.1:8001/internal/doctor?format=json'");
    same(Array.isArray((JSON.parse(shown) as { checks: unknown }).checks), true, "checks");
    const outside = await run("timeout 3 bash -c '</dev/tcp/198.51.100.10/8001'");
    same(outside.code === 0, false, "port 8001 from outside");
    await must("rm doctor.yml && docker compose up -d --no-deps app");
    await healthOf("app", "healthy", 60);
  });

  await check("a worker that hangs is found out", [29], async () => {
    same((await run("docker compose exec -T worker weft health worker")).code, 0);
    await must("docker compose pause worker");
    const sql = "update app.workers set seen_at = seen_at - interval '2 minutes'";
    await must(`docker compose exec -T db psql -U postgres -d appdb -c "${sql}"`);
    await must("docker compose unpause worker && docker compose kill -s STOP worker");
    const container = await must("docker compose ps -q worker");
    await until("an unhealthy worker", 150, async () => {
      const age = "update app.workers set seen_at = now() - interval '2 minutes'";
      await must(`docker compose exec -T db psql -U postgres -d appdb -c "${age}"`);
      const health = await must(`docker inspect --format '{{.State.Health.Status}}' ${container}`);
      await Bun.sleep(2000);
      return health === "unhealthy";
    });
    await must("docker compose kill -s CONT worker");
    await healthOf("worker", "healthy", 60);
  });

  await check("app and worker end by themselves when they are told to", [], async () => {
    const startedAt = Date.now();
    await must("docker compose stop app worker");
    for (const service of ["app", "worker"]) {
      same([service, await inspect<number>(service, ".State.ExitCode")], [service, 0]);
    }
    same(Date.now() - startedAt < 20_000, true, "within 20 s");
    await must("docker compose start app worker");
    await allHealthy();
  });

  await check("down and up keep what is in the volumes", [48], async () => {
    const before = (await weft("tenant list --json")).out;
    const serial =
      "openssl s_client -connect 198.51.100.10:443 -servername acme.id.example.com </dev/null 2>/dev/null | openssl x509 -noout -serial";
    const certificate = await must(serial);
    await must("docker compose down && docker compose up -d");
    await allHealthy();
    same((await weft("tenant list --json")).out, before);
    same((await acme.ask("/sign-in")).status, 200);
    same(await must(serial), certificate, "certificate");
    holds(await must("docker volume ls -q --filter name=_dbdata"), "weftid_dbdata");
    holds(await must("docker volume ls -q --filter name=_storage"), "weftid_storage");
  });

  await check("logs show every service, migrate's too", [58], async () => {
    const follow = async (nth: number, seconds: number) =>
      (await run(page.block("Logs", nth), { seconds })).out;
    const all = await follow(0, 4);
    for (const service of ["app", "worker", "db", "memcached", "caddy", "migrate"]) {
      if (service !== "memcached") holds(all, new RegExp(`^${service}-1 +\\|`, "m"));
    }
    holds(await follow(1, 4), "web_started");
    holds(await must("docker compose logs migrate"), "database is at");
    same(/super |app \/ \+|seven harbours|admin@acme\.com/.test(all), false, "a secret in the log");
  });

  await check("the migration log is shown by the page's query", [59], async () => {
    const shown = await page.runBlock("Migration status", 0);
    holds(shown, /0001_\w+ +\| success/);
  });

  await check("figures are on the internal port", [], async () => {
    holds(await page.runBlock("Metrics", 0), "# HELP");
  });
}
