// What every chapter of the test shares: the page, the internet, the settings, and short ways to ask the stack.
import { readFileSync, writeFileSync } from "node:fs";
import type { Internet } from "./internet.ts";
import type { Page } from "./page.ts";
import { home, must, type Ran, run, until } from "./shell.ts";

export interface World {
  readonly page: Page;
  readonly internet: Internet;
}

/** Every kind of character that once broke an address, a statement or a file. */
export const hostile = `/ + = @ : # % ' " \\ $ \` é`;

/** Baked into the image, and asked of it. */
export const commit = "0123456789abcdef0123456789abcdef01234567";

/** What Compose gives to a service, with the `$` that it doubles in its output as it was. */
export async function composeEnvironment(
  service: string,
  cwd: string = home,
): Promise<Record<string, string>> {
  const config = JSON.parse(await must("docker compose config --format json", { cwd })) as {
    services: Record<string, { environment?: Record<string, string> }>;
  };
  const given = Object.entries(config.services[service]?.environment ?? {});
  return Object.fromEntries(given.map(([name, value]) => [name, value.replaceAll("$$", "$")]));
}

/** Puts a setting into .env, quoted as .env.example says. */
export function setVariable(name: string, value: string, folder = home): void {
  const path = `${folder}/.env`;
  const quoted = /^[\w@%+=:,./-]*$/.test(value) ? value : `"${value.replace(/[\\"$]/g, "\\$&")}"`;
  const lines = readFileSync(path, "utf8").trimEnd().split("\n");
  const kept = lines.filter((line) => !line.startsWith(`${name}=`));
  writeFileSync(path, [...kept, `${name}=${quoted}`, ""].join("\n"));
}

export interface Container {
  readonly Name: string;
  readonly Service: string;
  readonly Image: string;
  readonly State: string;
  readonly Health: string;
  readonly ExitCode: number;
}

/** What `docker compose ps` lists, by service. */
export async function containers(options = ""): Promise<Container[]> {
  const text = await must(`docker compose ps ${options} --format json`);
  const rows = text.split("\n").filter(Boolean);
  return rows
    .map((row) => JSON.parse(row) as Container)
    .toSorted((a, b) => a.Name.localeCompare(b.Name));
}

const longRunning = ["app", "caddy", "db", "memcached", "worker"];

/** Waits until every long-running service is healthy. */
export function allHealthy(seconds = 90): Promise<void> {
  return until("every service healthy", seconds, async () => {
    const listed = await containers();
    const services = new Set(listed.map(({ Service }) => Service));
    return (
      longRunning.every((service) => services.has(service)) &&
      listed.every(({ Health }) => Health === "healthy")
    );
  });
}

/** Waits until one service has this health. */
export const healthOf = (service: string, health: string, seconds: number): Promise<void> =>
  until(`${service} ${health}`, seconds, async () =>
    (await containers()).some((row) => row.Service === service && row.Health === health),
  );

/** The operator's command in the app's container. */
export const weft = (line: string, seconds = 60): Promise<Ran> =>
  run(`docker compose exec -T app weft ${line}`, { seconds });

/** `weft provision`: a tenant, or one more super admin. */
export const provision = ({
  subdomain,
  email,
  name = "Some Corp",
  first = "Jo",
}: {
  subdomain: string;
  email: string;
  name?: string;
  first?: string;
}): Promise<Ran> =>
  weft(
    `provision --subdomain ${subdomain} --tenant-name "${name}" --email ${email} --first-name ${first} --last-name Doe`,
  );

/** The invitation's address in a message or a command's output. */
export const linkIn = (text: string): string =>
  /https:\/\/\S+\/verify-email\/\S+/.exec(text)?.[0] ?? "";

/** Facts about a service's container, from the engine. */
export async function inspect<T>(service: string, template: string): Promise<T> {
  const id = await must(`docker compose ps -aq ${service} | head -1`);
  return JSON.parse(await must(`docker inspect --format '{{json ${template}}}' ${id}`)) as T;
}

export interface Answer {
  readonly status: number;
  readonly text: string;
  readonly headers: Headers;
}

export interface Browser {
  /** Follows no redirect, keeps cookies. @throws when no certificate is there or nobody answers */
  ask(path: string, form?: Readonly<Record<string, string>>): Promise<Answer>;
}

/** A visitor of one host from outside, who trusts what the internet of the test vouches for. */
export function browserOf({ internet }: World, host: string): Browser {
  const jar = new Map<string, string>();
  return {
    async ask(path, form) {
      const answer = await fetch(`https://${host}${path}`, {
        redirect: "manual",
        keepalive: false,
        tls: { ca: internet.trusted },
        signal: AbortSignal.timeout(20_000),
        headers: {
          cookie: [...jar].map(([name, value]) => `${name}=${value}`).join("; "),
          accept: "text/html",
          origin: `https://${host}`,
          "sec-fetch-site": "same-origin",
        },
        ...(form ? { method: "POST", body: new URLSearchParams(form) } : {}),
      });
      for (const line of answer.headers.getSetCookie()) {
        const [pair = ""] = line.split(";");
        jar.set(pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1));
      }
      return { status: answer.status, text: await answer.text(), headers: answer.headers };
    },
  };
}

/** Waits for a message to this address. */
export async function mailTo(
  { internet }: World,
  address: string,
  since = 0,
): Promise<Internet["mails"][number]> {
  let found: Internet["mails"][number] | undefined;
  await until(`a message to ${address}`, 30, async () => {
    found = internet.mails.slice(since).findLast(({ to }) => to === address);
    return Promise.resolve(found !== undefined);
  });
  if (!found) throw new Error("unreachable");
  return found;
}
