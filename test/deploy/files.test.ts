// The files of deploy/ agree with each other, with the settings the code reads and with the page. No engine is needed for it.
import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import about from "../../package.json" with { type: "json" };
import { BackupVariables, BucketVariables } from "#src/config/backup.ts";
import { breachVariables } from "#src/config/breaches.ts";
import { storageVariables } from "#src/config/storage.ts";
import { AppVariables, MailVariables } from "#src/config/variables.ts";

const read = (name: string) => readFileSync(join(import.meta.dir, "../../deploy", name), "utf8");
const composeText = read("docker-compose.yml");
const page = read("README.md");

const Service = z.looseObject({
  image: z.string(),
  environment: z.record(z.string(), z.string()).default({}),
  networks: z.array(z.string()),
  healthcheck: z.unknown().optional(),
  ports: z.unknown().optional(),
});
const compose = z
  .object({
    name: z.string(),
    services: z.record(z.string(), Service),
    volumes: z.record(z.string(), z.unknown()),
    networks: z.record(z.string(), z.unknown()),
  })
  .parse(Bun.YAML.parse(composeText));
const { services } = compose;
const given = (service: string) => Object.keys(services[service]?.environment ?? {});

/** The variables of .env that the compose file looks at. */
const settings = new Set(
  [...composeText.matchAll(/\$\{([A-Z][A-Z0-9_]*)/g)].map(([, name = ""]) => name).toSorted(),
);
/** Fixed by the compose file, or for development, or set by the image and its build. */
const notForOperators = new Set(
  "HOST PORT INTERNAL_PORT PUBLIC_SCHEME IS_DEV BYPASS_OTP MAILBOX_PATH WEFT_VERSION WEFT_COMMIT".split(
    " ",
  ),
);

describe("docker-compose.yml", () => {
  test("has the six services, their images and the five volumes of the page", () => {
    const product = services["app"]?.image ?? "";
    expect(product).toStartWith("${WEFT_IMAGE:-ghcr.io/pageloom/weft-id}:${WEFT_VERSION:?");
    const images = Object.entries(services).map(([name, { image }]) => [name, image]);
    expect(Object.fromEntries(images)).toEqual({
      caddy: "caddy:2-alpine",
      app: product,
      worker: product,
      migrate: product,
      db: "postgres:18-alpine",
      memcached: "memcached:1.6-alpine",
    });
    expect(Object.keys(compose.volumes).toSorted()).toEqual([
      "backups",
      "caddy_config",
      "caddy_data",
      "dbdata",
      "storage",
    ]);
    expect(compose.name).toBe("weftid");
  });

  test("checks the health of every service that keeps running", () => {
    const unchecked = Object.keys(services).filter((name) => !services[name]?.healthcheck);
    expect(unchecked).toEqual(["migrate"]);
  });

  test("publishes ports of caddy alone, and keeps caddy and the database apart", () => {
    expect(Object.keys(services).filter((name) => services[name]?.ports)).toEqual(["caddy"]);
    expect([services["caddy"]?.networks, services["db"]?.networks]).toEqual([["edge"], ["data"]]);
    expect(compose.networks["data"]).toEqual({ internal: true });
  });

  test("passes every setting of the code to app and worker, and to nobody a password that is not theirs", () => {
    const mail = MailVariables.options.flatMap((option) => Object.keys(option.shape));
    const others = [...mail, ...storageVariables, ...breachVariables];
    const known = new Set([...Object.keys(AppVariables.shape), ...others]);
    const expected = [...known].filter((name) => !notForOperators.has(name)).toSorted();

    expect(given("app").toSorted()).toEqual(expected);
    expect(services["worker"]?.environment).toEqual(services["app"]?.environment ?? {});
    expect(services["app"]?.environment["POSTGRES_PASSWORD"]).toStartWith("${APPUSER_PASSWORD:?");
    expect(given("caddy")).toEqual(["CADDY_GLOBAL_OPTIONS", "CADDY_TLS_FILES"]);
    // What an operator may tell a backup, too; the image knows its version by itself, the pool is for those that serve.
    const shapes = [BackupVariables, BucketVariables].flatMap(({ shape }) => Object.keys(shape));
    const forMigrate = [...shapes, ...storageVariables].filter(
      (name) => !notForOperators.has(name) && name !== "POSTGRES_POOL_SIZE",
    );
    expect(given("migrate").toSorted()).toEqual(forMigrate.toSorted());
  });

  test("demands what is required, and nothing else", () => {
    const demanded = new Set(
      [...composeText.matchAll(/\$\{([A-Z][A-Z0-9_]*):\?/g)].map(([, name = ""]) => name),
    );
    expect([...demanded].toSorted()).toEqual([
      "APPUSER_PASSWORD",
      "BASE_DOMAIN",
      "POSTGRES_PASSWORD",
      "SECRET_KEY",
      "WEFT_VERSION",
    ]);
  });
});

describe("the page and .env.example", () => {
  test("the page's tables name every setting, and none that does not exist", () => {
    const tables = page.slice(
      page.indexOf("#### Required variables"),
      page.indexOf("#### Security"),
    );
    const cells = [...tables.matchAll(/^\| ([^|]+) \|/gm)].map(([, cell = ""]) => cell);
    const named = cells.flatMap((cell) =>
      [...cell.matchAll(/`([A-Z][A-Z0-9_]*)`/g)].map(([, name = ""]) => name),
    );
    const expected = [...settings, "COMPOSE_PROJECT_NAME"].filter((name) => name !== "WEFT_COMMIT");

    expect(named.toSorted()).toEqual(expected.toSorted());
  });

  test(".env.example has only settings that the compose file reads", () => {
    const names = [...read(".env.example").matchAll(/^#?([A-Z][A-Z0-9_]*)=/gm)].map(
      ([, name = ""]) => name,
    );
    expect(names.filter((name) => !settings.has(name))).toEqual([]);
  });

  test("every link inside the page leads somewhere", () => {
    const anchors = [...page.matchAll(/^#+ (.+)$/gm)].map(([, title = ""]) =>
      title
        .toLowerCase()
        .replaceAll(/[^a-z0-9 -]/g, "")
        .replaceAll(" ", "-"),
    );
    for (const [, anchor = ""] of page.matchAll(/\]\(#([^)]+)\)/g))
      expect(anchors).toContain(anchor);
  });
});

describe("Dockerfile", () => {
  const text = read("Dockerfile");

  test("builds with an engine of 20.10, and with other base images", () => {
    expect(text).not.toMatch(/^# *syntax=|<<|--link|--mount|--chmod/m);
    for (const [, base] of text.matchAll(/^FROM (\S+)/gm)) expect(base).toBe("${BUN_IMAGE}");
  });

  test("runs the Bun that the types are of, as user 1000", () => {
    expect(text).toContain(`ARG BUN_IMAGE=oven/bun:${about.devDependencies["@types/bun"]}-slim`);
    expect(text).toContain("USER 1000:1000");
  });
});
