// Sections 1 to 3 of the page: from an empty directory to three files, by the script and by hand.
import { readdirSync, readFileSync, statSync } from "node:fs";
import { check, holds, same } from "../report.ts";
import { home, must, run } from "../shell.ts";
import { hostile, setVariable, type World } from "../world.ts";

const threeFiles = [".env", "Caddyfile", "docker-compose.yml"];

/** Installs, leaves an .env with hostile secrets and the private CA of the test. */
export async function install({ page }: World, version: string): Promise<void> {
  await check("the installer leaves three files", [1, 7, 9, 10, 12, 15, 17, 19], async () => {
    await page.runBlock("2. Install", 0, { cwd: "/" });
    const said = await page.runBlock("2. Install", 1, {
      env: {
        WEFT_NONINTERACTIVE: "1",
        BASE_DOMAIN: "id.example.com",
        SMTP_HOST: "mail.example.com",
        SMTP_USER: "apikey",
        SMTP_PASS: hostile,
      },
    });
    same(readdirSync(home).toSorted(), threeFiles);
    same((statSync(`${home}/.env`).mode & 0o777).toString(8), "600", "mode of .env");
    holds(readFileSync(`${home}/.env`, "utf8"), `\nWEFT_VERSION=${version}\n`);
    holds(said, "docker compose up -d");
  });

  await check("by hand it comes to the same files", [20], async () => {
    const cwd = "/opt/by-hand";
    await must(`mkdir -p ${cwd}`);
    await page.runBlock("Manual install", 0, { cwd });
    same(readdirSync(cwd).toSorted(), threeFiles);
    for (const name of ["Caddyfile", "docker-compose.yml"]) {
      await must(`cmp ${cwd}/${name} ${home}/${name}`);
    }
    const secret = await page.runBlock("Manual install", 1);
    same(Buffer.from(secret, "base64").length, 32, "bytes of a secret");
    const names = (folder: string) => must(`grep -o '^[A-Z_]*=' ${folder}/.env | sort`);
    same(await names(cwd), await names(home), "names in .env");
  });

  await check(
    "each blank required variable is named before anything starts",
    [21, 68],
    async () => {
      const required = "WEFT_VERSION BASE_DOMAIN SECRET_KEY POSTGRES_PASSWORD APPUSER_PASSWORD";
      for (const name of required.split(" ")) {
        const { code, err } = await run(
          `mkdir -p /run/blank && cp docker-compose.yml /run/blank/ && sed 's/^${name}=.*/${name}=/' .env > /run/blank/.env
         cd /run/blank && docker compose up -d`,
        );
        same(code === 0, false, `start without ${name} succeeded`);
        holds(err, `required variable ${name} is missing a value`);
      }
    },
  );

  await check("Compose reads hostile values back as they are", [20], async () => {
    const secret = (await must("openssl rand -base64 32")).trim();
    setVariable("SECRET_KEY", secret + hostile);
    setVariable("POSTGRES_PASSWORD", `super ${hostile}`);
    setVariable("APPUSER_PASSWORD", `app ${hostile}`);
    const config = JSON.parse(await must("docker compose config --format json"));
    const given = (service: string, name: string) =>
      String(config.services[service].environment[name]).replaceAll("$$", "$");
    same(given("app", "SMTP_PASS"), hostile);
    same(given("worker", "SECRET_KEY"), secret + hostile);
    same(given("db", "POSTGRES_PASSWORD"), `super ${hostile}`);
    same(given("migrate", "APPUSER_PASSWORD"), `app ${hostile}`);
  });

  await check("a private CA is set up as the page says", [22], async () => {
    await Bun.write(`${home}/docker-compose.override.yml`, page.block("Private certificates", 0));
    await must(`cp /tls/ca.pem ${home}/ca.pem && chmod 644 ${home}/ca.pem`);
    holds(page.block("Private certificates", 1), "ACME_CA_ROOT=/etc/caddy/ca.pem");
    setVariable("SMTP_TLS_CA", "/etc/weft/ca.pem");
    setVariable("ACME_CA", "https://acme.example.com:14000/dir");
    setVariable("ACME_CA_ROOT", "/etc/caddy/ca.pem");
    setVariable("ACME_EMAIL", "admin@example.com");
  });

  await check("the image is built from the checkout", [60], async () => {
    await page.runBlock("Docker image", 0, { cwd: "/checkout", seconds: 600 });
    holds(await must("docker image ls"), "ghcr.io/pageloom/weft-id");
  });

  await check("an engine without BuildKit builds it, too", [], async () => {
    const env = { DOCKER_BUILDKIT: "0" };
    const build = "docker build -q -t classic -f deploy/Dockerfile .";
    await must(build, { cwd: "/checkout", env, seconds: 600 });
    same(
      await must("docker run --rm --network none classic sh -c 'id -u; stat -c %u storage'"),
      "1000\n1000",
    );
    await must("docker image rm -f classic");
  });
}
