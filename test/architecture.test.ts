// The floor plan as a test: which room may import from which. The first matching row wins.
import { describe, expect, test } from "bun:test";
import { Glob } from "bun";

const root = new URL("..", import.meta.url).pathname;
const vocabulary = String.raw`#src\/(ids|actor|permissions)\.ts$`;
const anyFeature = String.raw`#features\/[^/]+\/index\.ts$`;

const mayImport: readonly [room: RegExp, allowed: RegExp][] = [
  [/^src\/(ids|actor|permissions)\.ts$/, /^(zod$|\.\/(ids|actor|permissions)\.ts$)/],
  [
    /^src\/protocols\//,
    /^(#protocols\/|\.\.?\/|node:(crypto|zlib|util|buffer)|zod$|xml-crypto|@xmldom\/xmldom|libxml2-wasm|samlify|@peculiar\/x509|reflect-metadata|otplib|@simplewebauthn\/server|libphonenumber-js\/min)/,
  ],
  [/^src\/platform\/ui\//, /^(\.\.?\/|#platform\/texts\.ts$|hono\/|node:(crypto|fs|url))/],
  [
    /^src\/platform\/db\//,
    new RegExp(String.raw`^(\.\.?\/|kysely|pg$|zod$|node:|${vocabulary}|#platform\/)`),
  ],
  [
    /^src\/platform\//,
    new RegExp(
      String.raw`^(#platform\/|\.\.?\/|node:|bun$|hono|@hono\/|kysely|pg$|zod$|croner|dns-packet$|pino|prom-client|ipaddr\.js|memjs|nodemailer|@sendgrid\/|resend|@node-rs\/argon2|@zxcvbn-ts\/|${vocabulary}|#src\/config\.ts$)`,
    ),
  ],
  [
    /^src\/operations\//,
    new RegExp(
      String.raw`^(#platform\/|#protocols\/|\.\.?\/|node:|bun$|zod$|hono|kysely$|pg$|pg-copy-streams$|age-encryption$|tar-stream$|xml-crypto$|@xmldom\/xmldom$|tldts$|ipaddr\.js$|${vocabulary}|#src\/config(\.ts$|\/)|${anyFeature})`,
    ),
  ],
  [
    /^src\/features\/[^/]+\/(views|emails)(\.tsx$|\/)/,
    new RegExp(
      String.raw`^(#platform\/(ui|http\/view|http\/input|mail|texts)|#protocols\/|\.\.?\/|hono\/jsx|zod$|${vocabulary}|${anyFeature})`,
    ),
  ],
  [
    /^src\/features\/[^/]+\/routes(\.tsx$|\/)/,
    new RegExp(
      String.raw`^(#platform\/|#protocols\/|\.\.?\/|zod$|hono|${vocabulary}|${anyFeature})`,
    ),
  ],
  [
    /^src\/features\//,
    new RegExp(
      String.raw`^(#platform\/|#protocols\/|\.\.?\/|node:|kysely|zod$|hono\/|qrcode$|tldts$|${vocabulary}|#src\/config\.ts$|${anyFeature})`,
    ),
  ],
];

const sources = [...new Glob("src/**/*.{ts,tsx}").scanSync({ cwd: root })].sort();
const importsOf = async (path: string): Promise<string[]> => {
  const source = await Bun.file(root + path).text();
  return [
    ...source.matchAll(
      /^(?:import|export)\b[^"']*?from "([^"]+)"|^import "([^"]+)"|import\("([^"]+)"\)/gms,
    ),
  ].map((match) => match[1] ?? match[2] ?? match[3] ?? "");
};

describe("every file keeps to its room", () => {
  for (const path of sources) {
    const row = mayImport.find(([room]) => room.test(path));
    if (!row) continue;
    test(path, async () => {
      expect((await importsOf(path)).filter((name) => !row[1].test(name))).toEqual([]);
    });
  }
});

describe("features", () => {
  const feature = (path: string) => /^(?:src\/|#)features\/([^/]+)\//.exec(path)?.[1];

  test("know each other through index.ts only, without a circle", async () => {
    const knows = new Map<string, Set<string>>();
    for (const path of sources) {
      const from = feature(path);
      if (!from) continue;
      const targets = (await importsOf(path))
        .map(feature)
        .filter((to) => to !== undefined && to !== from);
      knows.set(from, new Set([...(knows.get(from) ?? []), ...(targets as string[])]));
    }
    const circles: string[] = [];
    const walk = (at: string, trail: readonly string[]): void => {
      if (trail.includes(at)) {
        circles.push([...trail.slice(trail.indexOf(at)), at].join(" → "));
        return;
      }
      for (const next of knows.get(at) ?? []) walk(next, [...trail, at]);
    };
    for (const name of knows.keys()) walk(name, []);
    expect([...new Set(circles)]).toEqual([]);
  });

  test("nobody but app.ts imports a feature's routes or views", async () => {
    const offenders: string[] = [];
    for (const path of sources) {
      if (path === "src/app.ts") continue;
      for (const name of await importsOf(path)) {
        if (/^#features\/[^/]+\/(routes|views)/.test(name))
          offenders.push(`${path} imports ${name}`);
      }
    }
    expect(offenders).toEqual([]);
  });
});

test("what somebody may do is asked of the actor, whose scope counts, and of a role alone only where nobody acts yet", async () => {
  const ofRoles = new Set([
    "src/actor.ts",
    "src/permissions.ts",
    "src/platform/http/door.ts", // with the scope, by whether the route writes
    "src/features/sessions/authenticate.ts", // what a page shows to a person
    "src/features/recovery/people.ts", // which people are asked
    "src/features/attributes/completion.ts", // which people may fill in what is missing
    "src/features/person-attributes/queries.ts", // the same
  ]);
  const offenders: string[] = [];
  for (const path of sources)
    if (!ofRoles.has(path) && /\broleMay\(/.test(await Bun.file(root + path).text()))
      offenders.push(path);
  expect(offenders).toEqual([]);
});

test("source files stay within 300 lines", async () => {
  const long: string[] = [];
  for (const path of [...sources, ...new Glob("bin/**/*.ts").scanSync({ cwd: root })]) {
    if (path === "src/platform/db/schema.ts") continue;
    const lines = (await Bun.file(root + path).text()).split("\n").length - 1;
    if (lines > 300) long.push(`${path}: ${lines}`);
  }
  expect(long).toEqual([]);
});

test("the environment is read in one place, the network is reached in one place", async () => {
  const offenders: string[] = [];
  for (const path of sources) {
    const source = await Bun.file(root + path).text();
    if (path !== "src/config.ts" && /\b(Bun|process)\.env\b/.test(source))
      offenders.push(`${path}: environment`);
    if (
      !path.startsWith("src/platform/outbound/") &&
      /(?:await|return|=>|=)\s+fetch\(|(?:globalThis|Bun)\.fetch\(/.test(
        source.replace(/^\s*(\/\/|\*).*$/gm, ""),
      )
    ) {
      offenders.push(`${path}: fetch`);
    }
  }
  expect(offenders).toEqual([]);
});
