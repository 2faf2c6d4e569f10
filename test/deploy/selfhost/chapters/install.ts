// Sections 1 to 3 of the page: from an empty directory to three files, by the script and by hand.
import { mkdirSync, readdirSync, readFileSync, statSync } from "node:fs";
import { converse } from "../../terminal.ts";
import { check, holds, same } from "../report.ts";
import { home, must, run, scriptEnvironment } from "../shell.ts";
import { composeEnvironment, hostile, setVariable, type World } from "../world.ts";

const threeFiles = [".env", "Caddyfile", "docker-compose.yml"];
const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8);

/** Installs, leaves an .env with hostile secrets and the private CA of the test. */
export async function install(world: World, version: string): Promise<void> {
  const { page } = world;
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
    same(modeOf(`${home}/.env`), "600", "mode of .env");
    holds(readFileSync(`${home}/.env`, "utf8"), `\nWEFT_VERSION=${version}\n`);
    holds(said, "docker compose up -d");
  });
  await byHand(world);
  await onATerminal(world);
  await whenItGoesWrong(world);
  await secrets();
  await privateCertificates(world);
}

async function byHand({ page }: World): Promise<void> {
  await check("by hand it comes to the same files", [20], async () => {
    const cwd = "/opt/by-hand";
    mkdirSync(cwd);
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
}

async function onATerminal({ page }: World): Promise<void> {
  const cwd = "/opt/on-a-terminal";
  const talk = (dialogue: Parameters<typeof converse>[2]) =>
    converse(page.block("2. Install", 1), { cwd, env: scriptEnvironment() }, dialogue);

  await check(
    "on a terminal it asks, hides the password, and writes it as it was typed",
    [8, 13, 15, 16, 17],
    async () => {
      mkdirSync(cwd);
      const { code, out } = await talk([
        ["Domain: ", "\n"],
        ["Domain: ", "https://id.example.com\n"],
        ["Domain: ", "id.example.com\n"],
        ["SMTP host: ", "mail.example.com\n"],
        ["[587]: ", "\n"],
        ["none: ", "apikey\n"],
        ["(not shown): ", `${hostile}\n`],
        ["[no-reply@id.example.com]: ", "\n"],
      ]);
      same(code, 0);
      same(readdirSync(cwd).toSorted(), threeFiles);
      same(modeOf(`${cwd}/.env`), "600", "mode of .env");
      const given = await composeEnvironment("app", cwd);
      same(given["SMTP_PASS"], hostile);
      const names = ["SECRET_KEY", "POSTGRES_PASSWORD"];
      const made = [given["SMTP_PASS"], ...names.map((name) => given[name])].map(String);
      for (const secret of made) same(out.includes(secret), false, "a secret on the screen");
    },
  );

  await check("run again, it changes nothing without a clear yes", [14, 18], async () => {
    const before = await must("sha256sum .env Caddyfile docker-compose.yml", { cwd });
    for (const answer of ["\n", "n\n", "yes please\n"]) {
      same((await talk([["[y/N]: ", answer]])).code, 0);
      same(await must("sha256sum .env Caddyfile docker-compose.yml", { cwd }), before);
    }
    const secret = async () => (await composeEnvironment("app", cwd))["SECRET_KEY"];
    const kept = await secret();
    const { code, out } = await talk([
      ["[y/N]: ", "y\n"],
      ["Domain: ", "other.example.com\n"],
      ["SMTP host: ", "\n"],
    ]);
    same(code, 0);
    holds(out, "edit the mail settings in .env");
    const env = readFileSync(`${cwd}/.env`, "utf8");
    holds(env, "BASE_DOMAIN=other.example.com");
    same(await secret(), kept, "SECRET_KEY");
    const old = readdirSync(cwd).filter((name) => name.startsWith(".env.old-"));
    same([old.length, modeOf(`${cwd}/${old[0]}`)], [1, "600"], "the old .env");
  });
}

async function whenItGoesWrong({ page, internet }: World): Promise<void> {
  await check("it leaves no half set of files", [9, 10], async () => {
    const cwd = "/opt/half";
    mkdirSync(cwd);
    const env = { WEFT_NONINTERACTIVE: "1", BASE_DOMAIN: "id.example.com" };
    for (const name of [".env.example", "Caddyfile"]) {
      internet.withhold(name);
      const { code, err } = await run(page.block("2. Install", 1), { cwd, env });
      same([code, readdirSync(cwd)], [1, []]);
      holds(err, `${name} could not be downloaded`);
    }
    internet.withhold(null);
    // A disk that is full: the files are some 15 kB, one page is 4.
    await must(`mount -t tmpfs -o size=4k small ${cwd}`);
    const full = await run(page.block("2. Install", 1), { cwd, env });
    const left = readdirSync(cwd);
    await must(`umount ${cwd}`, { cwd: "/" });
    same([full.code === 0, left], [false, []], "on a full disk");
  });
}

/** Characters that the formats in between give a meaning of their own. */
const awkward = [
  hostile,
  "$HOME ${HOME} $$ $(id)",
  `it's "\\$x" \\n \\t \\\\`,
  "ends in a backslash\\",
  "' # no comment",
  "'single' and \"double\"",
  " blanks around ",
  "100%s !history ~ & | ; < > ( ) * ? [ ]",
];

async function secrets(): Promise<void> {
  await check("any password comes through the installer and Compose unchanged", [20], async () => {
    const cwd = "/opt/passwords";
    mkdirSync(cwd);
    for (const password of awkward) {
      await must("sh /checkout/deploy/install.sh", {
        cwd,
        env: {
          WEFT_NONINTERACTIVE: "1",
          WEFT_OVERWRITE: "yes",
          WEFT_SOURCE: "/checkout/deploy",
          BASE_DOMAIN: "id.example.com",
          SMTP_HOST: "mail.example.com",
          SMTP_USER: "apikey",
          SMTP_PASS: password,
        },
      });
      same((await composeEnvironment("app", cwd))["SMTP_PASS"], password);
    }
  });

  await check("Compose reads hostile values back as they are", [20], async () => {
    const secret = await must("openssl rand -base64 32");
    setVariable("SECRET_KEY", secret + hostile);
    setVariable("POSTGRES_PASSWORD", `super ${hostile}`);
    setVariable("APPUSER_PASSWORD", `app ${hostile}`);
    same((await composeEnvironment("app"))["SMTP_PASS"], hostile);
    same((await composeEnvironment("worker"))["SECRET_KEY"], secret + hostile);
    same((await composeEnvironment("db"))["POSTGRES_PASSWORD"], `super ${hostile}`);
    same((await composeEnvironment("migrate"))["APPUSER_PASSWORD"], `app ${hostile}`);
  });

  await check(
    "each required variable that is blank or missing is named before anything starts",
    [21, 68],
    async () => {
      const cwd = "/opt/blank";
      const required = "WEFT_VERSION BASE_DOMAIN SECRET_KEY POSTGRES_PASSWORD APPUSER_PASSWORD";
      mkdirSync(cwd);
      for (const name of required.split(" ")) {
        for (const line of [`s/^${name}=.*/${name}=/`, `/^${name}=/d`]) {
          const { code, err } = await run(
            `cp ${home}/docker-compose.yml . && sed '${line}' ${home}/.env > .env && docker compose up -d`,
            { cwd },
          );
          same(code === 0, false, `start without ${name} succeeded`);
          holds(err, `required variable ${name} is missing a value`);
        }
      }
      same(await must("docker ps -aq"), "", "containers");
    },
  );
}

async function privateCertificates({ page }: World): Promise<void> {
  await check("a private CA is set up as the page says", [22], async () => {
    await Bun.write(`${home}/docker-compose.override.yml`, page.block("Private certificates", 0));
    await must(`cp /tls/ca.pem ${home}/ca.pem && chmod 644 ${home}/ca.pem`);
    holds(page.block("Private certificates", 1), "ACME_CA_ROOT=/etc/caddy/ca.pem");
    setVariable("SMTP_TLS_CA", "/etc/weft/ca.pem");
    setVariable("ACME_CA", "https://acme.example.com:14000/dir");
    setVariable("ACME_CA_ROOT", "/etc/caddy/ca.pem");
    setVariable("ACME_EMAIL", "admin@example.com");
  });
}
