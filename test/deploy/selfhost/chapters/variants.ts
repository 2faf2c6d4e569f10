// The page's last sections: a changed Caddyfile, more than one app, another database server.
import { healthz, losesNothing, mustBeSignedIn, scriptOf, second, signIn } from "../people.ts";
import { readFileSync } from "node:fs";
import { openRelay } from "../internet.ts";
import { check, holds, same } from "../report.ts";
import { home, must, until } from "../shell.ts";
import { allHealthy, containers, healthOf, hostile, setVariable, type World } from "../world.ts";

/** Two of each, then an installation beside this one with a database of its own. */
export async function variants(world: World): Promise<void> {
  const { page } = world;

  await check("caddy takes a changed Caddyfile", [80], async () => {
    await must(`sed -i 's/respond "ok"/respond "changed"/' Caddyfile`);
    await page.runBlock("TLS and reverse proxy", 0);
    await allHealthy();
    same(await must("docker compose exec -T caddy wget -q -O - http://127.0.0.1:2020/"), "changed");
  });

  await twoOfEach(world);
  await wildcard(world);
  await check("a managed database server by verified TLS, and a relay on the server", [], () =>
    elsewhere(world),
  );
}

const lines = async (container: string, text: string) =>
  (await must(`docker logs ${container} 2>&1`)).split("\n").filter((line) => line.includes(text))
    .length;

async function twoOfEach(world: World): Promise<void> {
  const { page, internet } = world;
  const ada = await signIn(world, second);
  const script = await scriptOf(world, "acme");
  const both = (service: string) => [`weftid-${service}-1`, `weftid-${service}-2`];

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

  await check("a session is good at both apps", [], async () => {
    // Caddy looks up the apps' addresses every two seconds.
    await Bun.sleep(2_500);
    for (let n = 0; n < 12; n++) await mustBeSignedIn(ada, second.firstName);
    for (const app of both("app"))
      same((await lines(app, '"GET /"')) >= 3, true, `answers of ${app}`);
    await signIn(world, second);
  });

  await check("each job is done once by one of two workers", [], async () => {
    const people = Array.from({ length: 24 }, (_, n) => `person${n}@acme.com`);
    for (const [n, email] of people.entries()) {
      const body = { email, firstName: "Per", lastName: `Son ${n}`, role: "member" };
      same((await script.call("POST", "/users", body)).status, 201);
    }
    const received = () =>
      internet.mails.map(({ to }) => to).filter((to) => to.startsWith("person"));
    await until("every invitation", 60, async () =>
      Promise.resolve(received().length >= people.length),
    );
    await Bun.sleep(1_000);
    same(received().toSorted(), people.toSorted(), "invitations");
    const done = await Promise.all(both("worker").map((worker) => lines(worker, '"mail.deliver"')));
    same(
      done.every((count) => count > 0),
      true,
      `both workers did some: ${done.join(" and ")}`,
    );
  });

  await check("stopping one of two apps loses no request and doubles none", [], () =>
    losesNothing(world, script, async () => {
      await must("docker stop weftid-app-1");
      await Bun.sleep(2_000);
      await must("docker start weftid-app-1");
      await healthOf("app", "healthy", 60);
      await must("docker restart weftid-app-2");
      await Bun.sleep(1_000);
    }),
  );

  await check("killing one of two apps is hardly noticed", [], async () => {
    await allHealthy();
    await must("docker kill weftid-app-1");
    await Bun.sleep(2_500);
    await losesNothing(world, script, () => Bun.sleep(3_000));
    await mustBeSignedIn(ada, second.firstName);
    same(await healthz(), "200", "healthz");
  });
}

async function wildcard({ page }: World): Promise<void> {
  const folder = `${home}/tls`;
  const issue = `openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN=wildcard -keyout key.pem -out csr.pem 2>/dev/null
     echo 'subjectAltName=DNS:id.example.com,DNS:*.id.example.com' > names
     openssl x509 -req -in csr.pem -CA /tls/ca.pem -CAkey /tls/ca.key -days 2 -extfile names -out certificate.pem 2>/dev/null
     chmod 600 key.pem && openssl x509 -in certificate.pem -noout -serial`;
  const shown = (name: string) =>
    must(
      `openssl s_client -connect 198.51.100.10:443 -servername ${name} -CAfile /tls/ca.pem -verify_return_error </dev/null 2>/dev/null | openssl x509 -noout -serial`,
    );

  await check("a wildcard certificate of one's own serves every tenant", [6], async () => {
    await must(`mkdir -p ${folder}`);
    const first = await must(issue, { cwd: folder });
    await Bun.write(`${home}/wildcard.yml`, page.block("A wildcard certificate", 2));
    const settings = settingsIn(page.block("A wildcard certificate", 1));
    for (const [name, value] of Object.entries(settings)) setVariable(name, value);
    const files = /^COMPOSE_FILE=(.*)$/m.exec(readFileSync(`${home}/.env`, "utf8"))?.[1];
    setVariable("COMPOSE_FILE", `${files}:wildcard.yml`);
    await must("docker compose up -d");
    await allHealthy();
    for (const name of ["acme", "globex", "never-visited"]) {
      same(await shown(`${name}.id.example.com`), first, name);
    }
    const page404 = "curl -s -o /dev/null -w '%{http_code}' https://nope.id.example.com/";
    same(await must(page404), "404", "a name that is nobody's");
    const renewed = await must(issue, { cwd: folder });
    await page.runBlock("A wildcard certificate", 3);
    await until("the renewed certificate", 10, async () => {
      return (await shown("acme.id.example.com")) === renewed;
    });
    same(await shown("id.example.com"), renewed);
  });
}

/** For a database server whose certificate only a private CA vouches for, as the page describes it in words. */
const trust = ["app", "worker", "migrate"].map(
  (service) => `  ${service}:
    volumes: ["./ca.pem:/etc/weft/ca.pem:ro"]`,
);

const settingsIn = (block: string): Record<string, string> =>
  Object.fromEntries(block.split("\n").map((line) => line.split("=")));

/** A PostgreSQL outside any installation, with a login that may not do everything, and an installation that uses it. */
async function elsewhere({ page, internet }: World): Promise<void> {
  const cwd = "/opt/external";
  const files = ".env docker-compose.yml Caddyfile ca.pem";
  await must(`mkdir -p ${cwd} && cp ${files} ${cwd}/`, { cwd: home });
  await Bun.write(`${cwd}/docker-compose.override.yml`, page.block("Another PostgreSQL server", 2));
  await Bun.write(`${cwd}/relay.yml`, page.block("A mail relay of your own", 0));
  await Bun.write(`${cwd}/trust.yml`, `services:\n${trust.join("\n")}\n`);
  const settings = {
    COMPOSE_PROJECT_NAME: "external",
    COMPOSE_FILE: "docker-compose.yml:docker-compose.override.yml:trust.yml:relay.yml",
    POSTGRES_HOST: "postgres.example.com",
    POSTGRES_DB: "elsewhere",
    POSTGRES_TLS: "verify",
    POSTGRES_TLS_CA: "/etc/weft/ca.pem",
    POSTGRES_SUPERUSER: "weft_admin",
    POSTGRES_PASSWORD: `admin ${hostile}`,
    SMTP_USER: "",
    SMTP_PASS: "",
    SMTP_TLS_CA: "",
    TLS_CERTIFICATE: "",
    TLS_KEY: "",
    ...settingsIn(page.block("A mail relay of your own", 1)),
  };
  holds(page.block("Another PostgreSQL server", 1), "POSTGRES_SUPERUSER=weft_admin");
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
    `docker exec -i external psql -q -v ON_ERROR_STOP=1 -v password="$PASSWORD" -U postgres <<'SQL'
create role weft_admin login createrole password :'password';
alter database elsewhere owner to weft_admin;
SQL`,
    { env: { PASSWORD: settings.POSTGRES_PASSWORD } },
  );
  await must("docker compose up -d --wait app worker", { cwd, seconds: 120 });
  const encrypted =
    "select bool_and(ssl) from pg_stat_ssl join pg_stat_activity using (pid) where usename = 'appuser'";
  same(await must(`docker exec external psql -U postgres -tA -c "${encrypted}"`), "t");
  const closeRelay = openRelay(internet.mails, "172.17.0.1");
  const to = "relayed@example.com";
  await must(`docker compose exec -T app weft mail send-test --to ${to}`, { cwd });
  await closeRelay();
  same(internet.mails.find((mail) => mail.to === to)?.isSecure, false, "the relayed message");
  await must("docker compose down -v && docker rm -f external", { cwd });
}
