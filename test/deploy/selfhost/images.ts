// Local stand-ins for the images that a registry would give, and builds of the product with the project's own Dockerfile.
import { must } from "./shell.ts";

const standIns = "/checkout/test/deploy/stand-ins";

/** Under the official names, so that neither the Dockerfile nor the compose file has to change. */
export async function buildStandIns(): Promise<void> {
  await must("docker import /images.tar local/debian && mkdir -p /run/bun");
  await must("cp /usr/local/bin/bun /etc/ssl/certs/ca-certificates.crt /run/bun/");
  await must(
    `cp ${standIns}/bun/Dockerfile /run/bun/ && docker build -q -t oven/bun:1.4.5-slim /run/bun`,
  );
  for (const [folder, name] of [
    ["postgres", "postgres:18-alpine"],
    ["caddy", "caddy:2-alpine"],
    ["memcached", "memcached:1.6-alpine"],
  ] as const) {
    await must(`docker build -q -t ${name} ${standIns}/${folder}`);
  }
}

/** Stands in files that a checkout may hold and no image should. */
export const decoy = "decoy-5f0c1d9e-of-a-careless-checkout";
const carelessFiles = [
  ".env",
  "deploy/.env",
  "deploy/ca.key",
  "test/secret.pem",
  ".git/config",
  ".weft/secrets.json",
  "backup.sql",
];

/** A later version of the product: the same sources and more migrations. Needs no network, since the packages are there. */
export async function buildVersion(
  version: string,
  migrations: Readonly<Record<string, string>>,
): Promise<void> {
  const folder = `/run/build-${version}`;
  const sources =
    "package.json bun.lock tsconfig.json LICENSE .dockerignore deploy bin public sql src";
  await must(`mkdir -p ${folder} && cp -r --parents ${sources} ${folder}`, { cwd: "/checkout" });
  for (const name of carelessFiles) await Bun.write(`${folder}/${name}`, `${decoy}\n`);
  for (const [name, text] of Object.entries(migrations)) {
    await Bun.write(`${folder}/sql/migrations/${name}`, text);
  }
  await must(
    `docker build -q -f ${folder}/deploy/Dockerfile --build-arg WEFT_VERSION=${version} -t ghcr.io/pageloom/weft-id:${version} ${folder}`,
  );
}

/** `skewed`: the image with a library that sets its clock apart, by the variable FAKETIME (`+10m`). */
export async function buildSkewed(version: string): Promise<void> {
  const folder = "/run/skewed";
  const lines = [
    "FROM local/debian AS debian",
    `FROM ghcr.io/pageloom/weft-id:${version}`,
    "COPY --from=debian /usr/lib/*/faketime /usr/local/lib/faketime",
    "ENV LD_PRELOAD=/usr/local/lib/faketime/libfaketime.so.1 FAKETIME_DONT_FAKE_MONOTONIC=1",
  ];
  await Bun.write(`${folder}/Dockerfile`, `${lines.join("\n")}\n`);
  await must(`docker build -q -t skewed ${folder}`);
}
