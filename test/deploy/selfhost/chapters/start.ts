// Sections 4 and 5 of the page: everything comes up in order, healthy, hardened, and sends mail.
import { check, holds, same } from "../report.ts";
import { must, run } from "../shell.ts";
import { allHealthy, containers, inspect, mailTo, weft, type World } from "../world.ts";

const services = ["app", "caddy", "db", "memcached", "migrate", "worker"];

/** Starts the stack. */
export async function start(world: World): Promise<void> {
  const { page } = world;
  await check("up -d brings everything up, and ps shows it healthy", [26, 29, 36, 61], async () => {
    await page.runBlock("4. Start the services", 0);
    await allHealthy();
    const shown = await page.runBlock("4. Start the services", 1);
    same((shown.match(/\(healthy\)/g) ?? []).length, 5, "healthy services");
  });

  await check("db, then migrate, then app and worker, then caddy", [26, 27, 61], async () => {
    const at = async (service: string, what: string) =>
      Date.parse(await inspect<string>(service, `.State.${what}`));
    const order = [
      await at("db", "StartedAt"),
      await at("migrate", "StartedAt"),
      await at("migrate", "FinishedAt"),
      Math.min(await at("app", "StartedAt"), await at("worker", "StartedAt")),
      await at("caddy", "StartedAt"),
    ];
    same(
      order,
      order.toSorted((a, b) => a - b),
      "order of starts",
    );
    same(await inspect<number>("migrate", ".State.ExitCode"), 0, "exit code of migrate");
    holds(await page.runBlock("4. Start the services", 2), /applied 0001.*/);
  });

  await check("six services with the images of the page", [60, 61], async () => {
    const rows = await containers("-a");
    const product = rows.find(({ Service }) => Service === "app")?.Image;
    same(
      rows.map(({ Service, Image }) => [Service, Image]),
      [
        ["app", product],
        ["caddy", "caddy:2-alpine"],
        ["db", "postgres:18-alpine"],
        ["memcached", "memcached:1.6-alpine"],
        ["migrate", product],
        ["worker", product],
      ],
    );
  });

  await check("only caddy publishes ports, and only 80 and 443", [3], async () => {
    for (const service of services) {
      const ports = await inspect<Record<string, unknown>>(service, ".HostConfig.PortBindings");
      const expected = service === "caddy" ? ["443/tcp", "443/udp", "80/tcp"] : [];
      same(Object.keys(ports ?? {}).toSorted(), expected, `ports of ${service}`);
    }
  });

  await check("every container is read-only and without capabilities", [62], async () => {
    for (const service of services) {
      const { ReadonlyRootfs, CapDrop, CapAdd, SecurityOpt, LogConfig } = await inspect<{
        ReadonlyRootfs: boolean;
        CapDrop: string[];
        CapAdd: string[] | null;
        SecurityOpt: string[];
        LogConfig: { Config: Record<string, string> };
      }>(service, ".HostConfig");
      const caddy = service === "caddy" ? 1 : 0;
      same(
        [service, ReadonlyRootfs, CapDrop, CapAdd?.length ?? 0, SecurityOpt, LogConfig.Config],
        [
          service,
          true,
          ["ALL"],
          caddy,
          ["no-new-privileges:true"],
          { "max-file": "5", "max-size": "10m" },
        ],
      );
    }
    for (const service of ["app", "worker"]) {
      same(await must(`docker compose exec -T ${service} id -u`), "1000", `uid of ${service}`);
    }
  });

  await check(
    "each service restarts, checks its health, and is given time to end",
    [29],
    async () => {
      for (const service of services) {
        const { Name } = await inspect<{ Name: string }>(service, ".HostConfig.RestartPolicy");
        const { StopTimeout, Healthcheck } = await inspect<{
          StopTimeout?: number;
          Healthcheck: { Test: string[] } | null;
        }>(service, ".Config");
        const isOnce = service === "migrate";
        same(
          [service, Name, StopTimeout ?? null, (Healthcheck?.Test.length ?? 0) > 1],
          [service, isOnce ? "no" : "unless-stopped", isOnce ? null : 30, !isOnce],
        );
      }
    },
  );

  await check("the database is out of caddy's reach, and has no way out", [3], async () => {
    const ask = (service: string, host: string, port: number) =>
      run(
        `docker compose exec -T ${service} bash -c 'timeout 3 bash -c "</dev/tcp/${host}/${port}"'`,
      );
    same((await ask("app", "db", 5432)).code, 0, "app to db");
    same((await ask("caddy", "db", 5432)).code === 0, false, "caddy to db");
    same((await ask("caddy", "memcached", 11211)).code === 0, false, "caddy to memcached");
    same((await ask("db", "198.51.100.25", 587)).code === 0, false, "db to the internet");
    const address = await inspect<Record<string, { IPAddress: string }>>(
      "db",
      ".NetworkSettings.Networks",
    );
    const [ip = ""] = Object.values(address).map(({ IPAddress }) => IPAddress);
    same((await ask("caddy", ip, 5432)).code === 0, false, "caddy to the address of db");
  });

  await check("the app logs in as a role that row-level security binds", [75], async () => {
    const sql =
      "select rolsuper, rolbypassrls, rolcreaterole from pg_roles where rolname = 'appuser'";
    same(await must(`docker compose exec -T db psql -U postgres -tA -c "${sql}"`), "f|f|f");
    const seen =
      "select string_agg(distinct usename, ',') from pg_stat_activity where application_name = 'weft'";
    same(await must(`docker compose exec -T db psql -U postgres -tA -c "${seen}"`), "appuser");
    const login =
      "select string_agg(rolname, ',' order by rolname) from pg_roles where rolcanlogin";
    same(
      await must(`docker compose exec -T db psql -U postgres -tA -c "${login}"`),
      "appuser,postgres",
    );
  });

  await check(
    "the test message leaves by verified TLS with the hostile password",
    [4, 22, 31],
    async () => {
      holds(await page.runBlock("5. Verify email delivery", 0), "sent to you@example.com");
      const { isSecure, user } = await mailTo(world, "you@example.com");
      same([isSecure, user], [true, "apikey"]);
    },
  );

  await check(
    "what receivers look up is found, and changes nothing about the exit code",
    [32, 33],
    async () => {
      const before = await weft("verify-email --to you@example.com");
      same(before.code, 0);
      for (const record of ["SPF", "DMARC"])
        holds(before.out, new RegExp(`^missing +${record}`, "m"));
      holds(before.out, 'fix: _dmarc.id.example.com. IN TXT "v=DMARC1');
      const key =
        "openssl genrsa 2048 2>/dev/null | openssl rsa -pubout -outform DER 2>/dev/null | base64 -w0";
      const { publish } = world.internet;
      await publish("id.example.com", "v=spf1 ip4:198.51.100.10 -all");
      await publish("mail._domainkey.id.example.com", `v=DKIM1; k=rsa; p=${await must(key)}`);
      await publish(
        "_dmarc.id.example.com",
        "v=DMARC1; p=reject; rua=mailto:postmaster@example.com",
      );
      const { code, out } = await weft("verify-email --to you@example.com --selector mail");
      same(code, 0);
      for (const record of ["SPF", "DKIM", "DMARC"])
        holds(out, new RegExp(`^pass +${record}`, "m"));
    },
  );

  await check("mail that is not taken exits 1 with the reason", [33], async () => {
    await world.internet.stopMail();
    const { code, err } = await weft("verify-email --to you@example.com");
    await world.internet.startMail();
    same(code, 1);
    holds(err, /^not sent by .*refused|ECONNREFUSED/im);
  });
}
