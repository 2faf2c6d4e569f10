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

  await check("another database server", [], async () => {
    const cwd = "/opt/external";
    await must(
      `mkdir -p ${cwd} && cp ${home}/.env ${home}/docker-compose.yml ${home}/Caddyfile ${home}/ca.pem ${cwd}/`,
    );
    await Bun.write(
      `${cwd}/docker-compose.override.yml`,
      page.block("Another PostgreSQL server", 1),
    );
    await must(
      `docker run -d --name external --user postgres --network weftid_edge -e POSTGRES_DB=elsewhere -e POSTGRES_PASSWORD="$PASSWORD" postgres:18-alpine`,
      { env: { PASSWORD: `super ${hostile}` } },
    );
    const network = await must(
      `docker inspect --format '{{(index .NetworkSettings.Networks "weftid_edge").IPAddress}}' external`,
    );
    const more = {
      COMPOSE_PROJECT_NAME: "external",
      COMPOSE_FILE: "docker-compose.yml:docker-compose.override.yml",
      POSTGRES_HOST: network,
      POSTGRES_DB: "elsewhere",
      POSTGRES_TLS: "off",
      SMTP_TLS_CA: "",
    };
    await must(
      Object.entries(more)
        .map(([name, value]) => `sed -i '/^${name}=/d' .env; echo '${name}=${value}' >> .env`)
        .join("\n"),
      { cwd },
    );
    same((await must("docker compose config --services | sort", { cwd })).split("\n"), [
      "app",
      "caddy",
      "memcached",
      "migrate",
      "worker",
    ]);
    await must(
      "docker network connect --alias external external_edge external 2>/dev/null || true",
      { cwd },
    );
    await must("docker compose up -d --wait app worker", { cwd, seconds: 120 });
    await must("docker compose down -v && docker rm -f external", { cwd });
  });
}
