// `bun run test:deploy`: deploy/README.md followed to the letter on a machine of its own. The machine is a Debian root with a
// Docker engine, in namespaces: nothing is installed on, opened on or left on the host but mmdebstrap. Exit 0 when every
// sentence held, 1 when one did not, 3 with one line where no such machine can be made.
// WEFT_SELFHOST_CACHE=<folder> keeps the two Debian roots between runs.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { mkdir, mkdtemp, rename, rm, rmdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

const suite = "forky";
const machinePackages =
  "docker.io docker-cli docker-compose docker-buildx iptables slirp4netns iproute2 pebble curl openssl ca-certificates util-linux procps chromium fonts-dejavu-core libnss3-tools";
/** What the stand-ins of the four base images and of their tools are made of. */
const imagePackages =
  "postgresql-18 caddy memcached busybox libcap2-bin ca-certificates libfaketime";
const checkout = join(import.meta.dir, "../..");
const engineGroup = `weft-selfhost-${process.pid}`;

class CannotRun extends Error {}

/** What runs now. A signal ends it, and with it this program, which then clears up. */
const running = new Set<Bun.Subprocess>();
let isInterrupted = false;
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.on(signal, () => {
    isInterrupted = true;
    // Not the signal itself: unshare would wait for the machine instead of ending it.
    for (const child of running) child.kill("SIGKILL");
  });
}

/** What a command says and how it ends. One that is started after a signal is ended at once. */
async function output(command: readonly string[]): Promise<{ code: number; text: string }> {
  // Should this program be killed, its commands end as well, whatever they are doing.
  const child = Bun.spawn(["setpriv", "--pdeathsig", "KILL", ...command], {
    stdout: "pipe",
    stderr: "pipe",
    stdin: "ignore",
  });
  running.add(child);
  if (isInterrupted) child.kill("SIGKILL");
  const [out, err, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  running.delete(child);
  return { code, text: (out + err).trim() };
}

async function requireHost(): Promise<void> {
  if (process.platform !== "linux") throw new CannotRun("it needs Linux");
  if (process.getuid?.() !== 0) throw new CannotRun("it needs root");
  const probe = await output(
    "unshare --mount --pid --net --fork --kill-child sh -c true".split(" "),
  );
  if (probe.code !== 0) throw new CannotRun(`this system allows no namespaces: ${probe.text}`);
  if (!existsSync("/dev/net/tun")) throw new CannotRun("there is no /dev/net/tun");
  if (Bun.which("mmdebstrap")) return;
  if (!Bun.which("apt-get")) throw new CannotRun("it needs mmdebstrap");
  await output(["apt-get", "update", "-qq"]);
  const got = await output("apt-get install -y -qq --no-install-recommends mmdebstrap".split(" "));
  if (got.code !== 0) throw new CannotRun("mmdebstrap could not be installed");
}

/** The Debian mirror this machine uses. */
function mirror(): string {
  const places = ["/etc/apt/sources.list.d", "/etc/apt"].filter((place) => existsSync(place));
  for (const place of places) {
    for (const name of readdirSync(place).filter((file) => /\.(sources|list)$/.test(file))) {
      const text = readFileSync(join(place, name), "utf8");
      const found = /^(?:URIs:|deb(?: \[.*?\])?)\s+(\S*\/debian\/?)(?:\s|$)/m.exec(text)?.[1];
      if (found) return found;
    }
  }
  throw new CannotRun("no Debian package source is set up");
}

/** A Debian root at `path`, as an archive or a folder, made unless it is there. */
async function debianRoot(
  path: string,
  format: "tar" | "directory",
  packages: string,
): Promise<void> {
  if (existsSync(path)) return;
  const made = await output([
    "mmdebstrap",
    "--variant=minbase",
    // The archive's Release file of a testing suite may be older than it says it can be.
    '--aptopt=Acquire::Check-Valid-Until "false"',
    `--include=${packages.replaceAll(" ", ",")}`,
    `--format=${format}`,
    suite,
    `${path}.part`,
    `deb ${mirror()} ${suite} main`,
  ]);
  if (made.code !== 0) {
    await rm(`${path}.part`, { recursive: true, force: true });
    throw new CannotRun(`Debian ${suite} could not be unpacked: ${made.text.split("\n").at(-1)}`);
  }
  await rename(`${path}.part`, path);
}

async function timed(name: string, body: () => Promise<void>): Promise<void> {
  const startedAt = performance.now();
  await body();
  console.log(`${name} (${((performance.now() - startedAt) / 1000).toFixed(0)} s)`);
}

/** Groups that the engine made for its containers outlive it, empty as soon as the last process is gone. */
async function removeGroups(): Promise<void> {
  const search = `find /sys/fs/cgroup -depth -type d -path */${engineGroup}*`.split(" ");
  for (let tries = 0; tries < 40; tries++) {
    const text = Bun.spawnSync(search, { stderr: "ignore" }).stdout.toString();
    const folders = text.split("\n").filter((line) => line.includes(engineGroup));
    if (folders.length === 0) return;
    for (const folder of folders) await rmdir(folder).catch(() => undefined);
    await Bun.sleep(250);
  }
}

async function main(folder: string): Promise<number> {
  await requireHost();
  const cache = Bun.env["WEFT_SELFHOST_CACHE"] ?? folder;
  await mkdir(cache, { recursive: true });
  const [machine, images] = [join(cache, "machine"), join(cache, "images.tar")];
  await timed("Debian roots", async () => {
    const made = await Promise.allSettled([
      debianRoot(machine, "directory", machinePackages),
      debianRoot(images, "tar", imagePackages),
    ]);
    for (const result of made) if (result.status === "rejected") throw result.reason;
  });
  const alone = "setpriv --pdeathsig KILL unshare --mount --pid --fork --kill-child sh";
  const child = Bun.spawn([...alone.split(" "), join(import.meta.dir, "machine/enter.sh")], {
    env: {
      PATH: Bun.env["PATH"] ?? "",
      DEBIAN: machine,
      SCRATCH: join(folder, "scratch"),
      CHECKOUT: checkout,
      BUN: process.execPath,
      IMAGES: images,
      ENGINE_GROUP: engineGroup,
    },
    stdin: "ignore",
    stdout: "inherit",
    stderr: "inherit",
  });
  running.add(child);
  if (isInterrupted) child.kill("SIGKILL");
  const code = await child.exited;
  if (code === 3) throw new CannotRun("the Docker engine does not start here");
  return code;
}

if (Bun.argv.length > 2) {
  console.error("usage: bun test/deploy/selfhost.ts");
  process.exit(2);
}
const folder = await mkdtemp(join(tmpdir(), "weft-selfhost-"));
try {
  process.exitCode = await main(folder);
} catch (error) {
  if (!(error instanceof CannotRun)) throw error;
  if (!isInterrupted) console.log(`not run: ${error.message}`);
  process.exitCode = 3;
} finally {
  await removeGroups();
  // Some hundred thousand files: the program is much faster at it.
  Bun.spawnSync(["rm", "-rf", folder]);
  if (isInterrupted) process.exitCode = 130;
}
