// Runs commands the way an operator does: a script in a shell, in the directory of the installation.
import { existsSync } from "node:fs";

/** Where the page says to install. */
export const home = "/opt/weftid";

export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** The script is ended after so long, with code 124. */
  readonly seconds?: number;
}

/** What an operator's shell has. */
export const scriptEnvironment = (): Record<string, string> => ({
  PATH: `/shims:${Bun.env["PATH"]}`,
  HOME: "/root",
  CURL_CA_BUNDLE: "/tls/bundle.pem",
  COMPOSE_ANSI: "never",
  COMPOSE_PROGRESS: "plain",
  BUILDKIT_PROGRESS: "plain",
});

/** Runs a script to its end, whatever it answers. */
export async function run(
  script: string,
  { cwd, env = {}, seconds = 300 }: RunOptions = {},
): Promise<Ran> {
  const child = Bun.spawn(
    ["timeout", "--kill-after=5", String(seconds), "bash", "-e", "-o", "pipefail", "-c", script],
    {
      cwd: cwd ?? (existsSync(home) ? home : "/"),
      env: { ...scriptEnvironment(), ...env },
      stdin: "ignore",
      stdout: "pipe",
      stderr: "pipe",
    },
  );
  const [out, err, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  return { code, out, err };
}

/** Runs a script that has to succeed. @throws {Error} with what it wrote */
export async function must(script: string, options: RunOptions = {}): Promise<string> {
  const { code, out, err } = await run(script, options);
  if (code !== 0) {
    throw new Error(`exit ${code}: ${script.trim()}\n${`${out}${err}`.trim().slice(-3000)}`);
  }
  return out.trim();
}

/** Asks again and again until the answer is yes. @throws {Error} naming what was waited for */
export async function until(
  what: string,
  seconds: number,
  ask: () => Promise<boolean>,
): Promise<void> {
  for (const end = Date.now() + seconds * 1000; Date.now() < end; await Bun.sleep(250)) {
    if (await ask().catch(() => false)) return;
  }
  throw new Error(`${what} did not happen within ${seconds} s`);
}
