// The test itself, on the machine that selfhost.ts made: the page from its first line to its last.
import { mkdirSync, writeFileSync } from "node:fs";
import about from "../../../package.json" with { type: "json" };
import { airGap } from "./chapters/air-gap.ts";
import { browsers } from "./chapters/browser.ts";
import { build } from "./chapters/build.ts";
import { encryptedBackups } from "./chapters/encrypted.ts";
import { lookAtImage } from "./chapters/image.ts";
import { faults } from "./chapters/faults.ts";
import { install } from "./chapters/install.ts";
import { running } from "./chapters/running.ts";
import { start } from "./chapters/start.ts";
import { tenants } from "./chapters/tenants.ts";
import { upkeep } from "./chapters/upkeep.ts";
import { variants } from "./chapters/variants.ts";
import { buildStandIns } from "./images.ts";
import { openInternet } from "./internet.ts";
import { readPage } from "./page.ts";
import { chapter, check, report, same, strangers, uncovered } from "./report.ts";
import { must } from "./shell.ts";
import { hostile, type World } from "./world.ts";

const checkout = "/checkout";

/** There is no registry: a pull finds what is here already. Everything else is the real client. */
function withoutRegistry(): void {
  mkdirSync("/shims", { recursive: true });
  writeFileSync(
    "/shims/docker",
    `#!/bin/sh\ncase "$*" in 'compose pull') exit 0 ;; pull\\ *) exec /usr/bin/docker image inspect -f '{{.Id}}' "$2" ;; esac\nexec /usr/bin/docker "$@"\n`,
    { mode: 0o755 },
  );
}

/** From here on the machine has the internet of the test and no other. */
async function cutOff(): Promise<void> {
  await must("ip link set tap0 down && echo nameserver 198.51.100.25 > /etc/resolv.conf");
}

withoutRegistry();
const page = readPage(`${checkout}/deploy/README.md`);
await check("stand-ins of the base images are built", [], buildStandIns);
const internet = await openInternet(checkout, { user: "apikey", password: hostile });
internet.release(about.version);
const world: World = { page, internet };
await install(world, about.version);
await build(world, about.version);
await cutOff();
const image = "ghcr.io/pageloom/weft-id";
await lookAtImage(`${image}:${about.version}`, `${image}:0.2.0`);
await chapter("the start", () => start(world));
await chapter("tenants", () => tenants(world));
await chapter("browsers", () => browsers(world));
await chapter("running", () => running(world));
await chapter("faults", () => faults(world));
await chapter("upkeep", () => upkeep(world, about.version));
await chapter("encrypted backups", () => encryptedBackups(world));
await chapter("variants", () => variants(world));
await chapter("an air gap", () => airGap(world, about.version));
await check("every shell block of the page was run", [], () => same(page.unused(), []));
await check("every sentence of the page is shown by something", [], async () => {
  same(uncovered(), [], "sentences without an assertion");
  same(await strangers(checkout), [], "tests that are not there");
});
const isGood = report();
if (!isGood) console.log(await must("docker compose logs --tail 15 app worker caddy migrate"));
process.exit(isGood ? 0 : 1);
