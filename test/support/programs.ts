// Programs that a test may need and a machine may lack. A test that cannot run is skipped, and `test/run.ts` says why.
import { appendFileSync } from "node:fs";

/** Where `test/run.ts` collects what was missing: a file, one name a line. */
export const missingVariable = "WEFT_TEST_MISSING";

const names = {
  // The one without windows is much quicker.
  chromium: [
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
  ],
  xmlsec1: ["xmlsec1"],
  memcached: ["memcached"],
  caddy: ["caddy"],
  dockerd: ["dockerd"],
  docker: ["docker"],
  psql: ["psql"],
  apache2: ["apache2"],
  openssl: ["openssl"],
  git: ["git"],
  node: ["node"],
  php: ["php"],
} as const;

export type Program = keyof typeof names;

export interface Found {
  readonly found: boolean;
  /** Empty when not found: use it inside the test only. */
  readonly path: string;
}

/**
 * Looks for a program: `const chromium = needs("chromium"); test.skipIf(!chromium.found)("…", () => open(chromium.path))`.
 * `WEFT_TEST_CHROMIUM=/path` (and so on) names one that is not on the PATH.
 */
export function needs(program: Program): Found {
  const given = Bun.env[`WEFT_TEST_${program.toUpperCase()}`];
  const candidates: string[] = given ? [given] : [...names[program], ...places(program)];
  const path = candidates.map((name) => Bun.which(name)).find((place) => place !== null);
  if (path) return { found: true, path };
  const notes = Bun.env[missingVariable];
  if (notes) appendFileSync(notes, `${program}\n`);
  return { found: false, path: "" };
}

/** Debian keeps servers where an ordinary user's PATH does not look; macOS keeps browsers elsewhere. */
function places(program: Program): string[] {
  const system = names[program].map((name) => `/usr/sbin/${name}`);
  return program === "chromium"
    ? [...system, "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"]
    : system;
}
