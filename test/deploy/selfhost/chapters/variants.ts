// The page's last sections: a changed Caddyfile, more than one app, another database server.
import { check, same } from "../report.ts";
import { home, must, until } from "../shell.ts";
import { allHealthy, containers, hostile, setVariable, type World } from "../world.ts";
import { underLoad } from "./running.ts";

/** Two of each, then an installation beside this one with a database of its own. */
export async function variants(world: World): Promise<void> {
  const { page } = world;

  await check("caddy takes a changed Caddyfile", [80], async () => {
    await must(`sed -i 's/respond "ok"/respond "changed"/' Caddyfile`);
    await page.runBlock("TLS and reverse proxy", 0);
    await allHealthy();
    same(await must("docker compose exec -T caddy wget -q -O - http://127.0.0.1:2020/"), "changed");
  });

  await check("two apps and two workers", [], async () => {
    const [name = "", value = ""] = page.block("More than one app", 0).split("=");
    setVariable(name, `${value}:docker-compose.override.yml`);
    await page.runBlock("More than one app", 1);
    await until("two of each, healthy", 90, async () => {
      const rows = (await containers()).filter(({ Health }) => Health === "healthy");
      const count = (service: string) => rows.filter(({ Service }) => Service === service).length;
      return count("app") === 2 && count("worker") === 2;
    });
  });

  await check("stopping one of two apps loses no request", [], async () => {
    await underLoad(world, async () => {
      await must("docker stop weftid-app-1");
      await Bun.sleep(3000);
    });
  });

  await check("killing one of two apps is hardly noticed", [], async () => {
    await must("docker compose up -d");
    await allHealthy();
    await must("docker kill weftid-app-1");
    await Bun.sleep(2500);
    await underLoad(world, () => Bun.sleep(3000));
  });

  await check("another database server, by verified TLS", [], () => elsewhere(world));
}

/** For a database server whose certificate only a private CA vouches for, as the page describes it in words. */
const trust = ["app", "worker", "migrate"].map(
  (service) => `  ${service}:
    volumes: ["./ca.pem:/etc/weft/ca.pem:ro"]`,
);

/** A PostgreSQL outside any installation, and an installation that uses it. */
async function elsewhere({ page }: World): Promise<void> {
  const cwd = "/opt/external";
  const files = ".env docker-compose.yml Caddyfile ca.pem";
  await must(`mkdir -p ${cwd} && cp ${files} ${cwd}/`, { cwd: home });
  await Bun.write(`${cwd}/docker-compose.override.yml`, page.block("Another PostgreSQL server", 2));
  await Bun.write(`${cwd}/trust.yml`, `services:\n${trust.join("\n")}\n`);
  const settings = {
    COMPOSE_PROJECT_NAME: "external",
    COMPOSE_FILE: "docker-compose.yml:docker-compose.override.yml:trust.yml",
    POSTGRES_HOST: "postgres.example.com",
    POSTGRES_DB: "elsewhere",
    POSTGRES_TLS: "verify",
    POSTGRES_TLS_CA: "/etc/weft/ca.pem",
    POSTGRES_SUPERUSER: "weft_admin",
  };
  for (const [name, value] of Object.entries(settings)) setVariable(name, value, cwd);
  const services = (await must("docker compose config --services", { cwd })).split("\n");
  same(services.toSorted(), ["app", "caddy", "memcached", "migrate", "worker"]);
  await must("docker compose create", { cwd });
  await must(
    `uid=$(docker run --rm --entrypoint id postgres:18-alpine -u postgres)
     mkdir -p /run/pgtls && cp /tls/cert.pem /tls/key.pem /run/pgtls/ && chown -R "$uid" /run/pgtls && chmod 600 /run/pgtls/key.pem
     docker run -d --name external --user postgres --network external_edge --network-alias postgres.example.com \
       -v /run/pgtls:/tls:ro -e POSTGRES_DB=elsewhere -e POSTGRES_PASSWORD="$PASSWORD" postgres:18-alpine \
       postgres -c ssl=on -c ssl_cert_file=/tls/cert.pem -c ssl_key_file=/tls/key.pem`,
    { env: { PASSWORD: `super ${hostile}` } },
  );
  await until("the other server", 30, async () => {
    await must("docker exec external pg_isready -q -h 127.0.0.1");
    return true;
  });
  // As a hosting service has it: nobody here is a superuser.
  await must(
    `docker exec -i external psql -U postgres -v ON_ERROR_STOP=1 -v password="$PASSWORD" <<'SQL'
create role weft_admin login createrole password :'password';
alter database elsewhere owner to weft_admin;
SQL`,
    { env: { PASSWORD: `super ${hostile}` } },
  );
  await must("docker compose up -d --wait app worker", { cwd, seconds: 120 });
  const encrypted =
    "select bool_and(ssl) from pg_stat_ssl join pg_stat_activity using (pid) where usename = 'appuser'";
  same(await must(`docker exec external psql -U postgres -tA -c "${encrypted}"`), "t");
  await must("docker compose down -v && docker rm -f external", { cwd });
}
