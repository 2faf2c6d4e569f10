// Who runs PostgreSQL, and how it ends with us. PostgreSQL refuses to run as root, and a folder below /root is closed to
// every other user; a killed parent must not leave a server behind. Each machine allows some of the ways below.

import { readFileSync } from "node:fs";
import { chown, lchown, mkdtemp, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Binaries } from "./binaries.ts";
import { LocalError, reasonOf } from "./local-error.ts";
import { texts } from "./texts.ts";

export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

export interface Runner {
  /** Put before the program: tools that change the user and tie the process to our life. */
  readonly prefix: readonly string[];
  /** Set where no tool changes the user, so that spawning must. */
  readonly spawnAs?: Owner;
  /** Who must own the files for the program to open them. Undefined = whoever we are. */
  readonly owner?: Owner;
}

/** The machine as far as it decides between the ways; tests describe others. */
export interface Machine {
  readonly isRoot: boolean;
  readonly unshare: string | null;
  readonly setpriv: string | null;
  /** A user of /etc/passwd that is not root. initdb insists on running under a user that has a name. */
  readonly other: Owner;
}

export interface Child {
  readonly processId: number;
  /** Resolves with the exit code; 128 + signal when a signal ended it. */
  readonly exited: Promise<number>;
  /** Makes the event loop wait for the child, which it does not do otherwise. */
  ref(): void;
}

/**
 * The first way that works for `dataDir`, tried for real with an empty folder beside it, which is handed over for use.
 * `owner` is who owns the data that is there already; its way is tried first so that files rarely change hands.
 * @throws {LocalError} when none works.
 */
export async function chooseRunner(
  binaries: Binaries,
  dataDir: string,
  owner: Owner | undefined,
): Promise<{ runner: Runner; folder: string }> {
  const machine = thisMachine();
  let reason = "";
  for (const runner of waysToRun(machine, owner)) {
    const folder = await mkdtemp(`${dataDir}.new-`);
    if (runner.owner) await chown(folder, runner.owner.uid, runner.owner.gid);
    const refusal = tryOut(runner, binaries, folder);
    if (refusal === undefined) return { runner, folder };
    await rm(folder, { recursive: true });
    reason ||= refusal;
  }
  throw new LocalError((machine.isRoot ? texts.cannotRunAsRoot : texts.cannotRun)(dataDir, reason));
}

/** Every way this machine might allow, best first. */
export function waysToRun(machine: Machine, owner: Owner | undefined): Runner[] {
  const { setpriv } = machine;
  const tied = setpriv ? [setpriv, "--pdeathsig", "INT", "--"] : [];
  const unshared = machine.unshare
    ? [
        // In a user namespace of its own the server is not root, yet it opens what we own, below /root too.
        machine.unshare,
        "--user",
        `--map-user=${machine.other.uid}`,
        `--map-group=${machine.other.gid}`,
        "--",
        // After unshare: a change of user clears the tie to the parent.
        ...tied,
      ]
    : undefined;
  if (!machine.isRoot) return [{ prefix: tied }, ...(unshared ? [{ prefix: unshared }] : [])];

  const byNamespace = unshared ? [{ prefix: unshared, owner: { uid: 0, gid: 0 } }] : [];
  const byDrop = waysToDrop(setpriv, machine.other);
  return owner && owner.uid !== 0
    ? [...waysToDrop(setpriv, owner), ...byNamespace, ...byDrop]
    : [...byNamespace, ...byDrop];
}

function waysToDrop(setpriv: string | null, owner: Owner): Runner[] {
  if (!setpriv) return [{ prefix: [], spawnAs: owner, owner }];
  const drop = [setpriv, `--reuid=${owner.uid}`, `--regid=${owner.gid}`, "--clear-groups"];
  const tied = ["--pdeathsig", "INT", "--"];
  // Below a closed folder the other user needs one of root's powers: passing through folders, or (all that containers
  // leave to root) opening anything. Neither lets it change user. PostgreSQL asks access(2) about its own files, which
  // overlooks such a power unless no_setuid_fixup is set: capabilities(7).
  const powers = ["dac_read_search", "dac_override"].map((power) => [
    `--inh-caps=+${power}`,
    `--ambient-caps=+${power}`,
    "--securebits=+no_setuid_fixup",
  ]);
  return [[], ...powers].map((power) => ({ prefix: [...drop, ...power, ...tied], owner }));
}

function thisMachine(): Machine {
  const isLinux = process.platform === "linux";
  return {
    isRoot: process.geteuid?.() === 0,
    unshare: isLinux ? Bun.which("unshare") : null,
    setpriv: isLinux ? Bun.which("setpriv") : null,
    other: otherUser(readFileSync("/etc/passwd", "utf8")),
  };
}

/** `nobody` of an /etc/passwd, else its first user that is not root. */
export function otherUser(passwd: string): Owner {
  const users = passwd
    .split("\n")
    .map((line) => line.split(":"))
    .map(([name, , uid, gid]) => ({ name, uid: Number(uid), gid: Number(gid) }))
    .filter(({ uid, gid }) => uid > 0 && gid > 0);
  const { uid, gid } = users.find(({ name }) => name === "nobody") ??
    users[0] ?? { uid: 1, gid: 1 };
  return { uid, gid };
}

/** Undefined when `runner` can start the server and write into `folder`, else the system's last word on why not. */
function tryOut(runner: Runner, binaries: Binaries, folder: string): string | undefined {
  // "initdb --show" goes through the checks of a real run (libraries, its own path, user, the server beside it), then ends.
  const script = `
    [ -w "$1" ] || { echo "no access to $1 for user $(id -u)" >&2; exit 1; }
    exec "$2" --show --pgdata="$1/cluster" >/dev/null`;
  try {
    const { exitCode, stderr } = Bun.spawnSync(
      [...runner.prefix, "/bin/sh", "-c", script, "sh", folder, binaries.initdb],
      { ...spawnIdentity(runner), env: cleanEnvironment, stdin: null, timeout: 10_000 },
    );
    return exitCode === 0 ? undefined : refusalIn(stderr.toString());
  } catch (error) {
    return reasonOf(error);
  }
}

function refusalIn(output: string): string {
  const lines = output.trim().split("\n");
  const line = lines.find((text) => text.includes("error:")) ?? lines.at(-1);
  return line?.replace(/^.*error: /, "") || "it does not answer";
}

/** Nothing of the caller's environment: PG* and locale variables would change what the programs do. */
const cleanEnvironment = {
  PATH: "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin",
  LC_ALL: "C",
  TZ: "UTC",
};

/** Children whose tie to us is the pipe in their subprocess object: collected as garbage it would close and end them. */
const tiedByPipe = new Set<Bun.Subprocess>();

/**
 * Starts a program that ends with us: by parent-death signal where setpriv gives one, else by a shell beside it that
 * waits for our end of a pipe to close. It gets a session of its own, so that Ctrl-C in the terminal reaches us alone
 * and we can end our own work before the database goes. Output is appended to the open file `output`.
 */
export function spawnTied(runner: Runner, command: readonly string[], output: number): Child {
  const isTied = runner.prefix.includes("--pdeathsig");
  const child = Bun.spawn(
    [...runner.prefix, ...(isTied ? [] : ["/bin/sh", "-c", untilParentEnds, "sh"]), ...command],
    {
      ...spawnIdentity(runner),
      cwd: "/",
      env: cleanEnvironment,
      detached: true,
      stdin: isTied ? "ignore" : "pipe",
      stdout: output,
      stderr: output,
    },
  );
  child.unref();
  if (!isTied) {
    tiedByPipe.add(child);
    void child.exited.finally(() => tiedByPipe.delete(child));
  }
  return { processId: child.pid, exited: child.exited, ref: () => child.ref() };
}

const untilParentEnds = `
  exec 3<&0 </dev/null
  "$@" 3<&- &
  program=$!
  { read -r line <&3; kill -INT "$program"; } 2>/dev/null &
  watcher=$!
  exec 3<&-
  wait "$program"
  status=$?
  kill "$watcher" 2>/dev/null
  exit "$status"`;

function spawnIdentity({ spawnAs }: Runner): { uid?: number; gid?: number } {
  return spawnAs ? { uid: spawnAs.uid, gid: spawnAs.gid } : {};
}

/**
 * Hands a folder and all below it to `owner`; links are handed over, never followed. The folder itself comes last, so that
 * its owner tells whether a hand-over was cut off.
 */
export async function handOver(folder: string, owner: Owner): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true, recursive: true })) {
    await lchown(join(entry.parentPath, entry.name), owner.uid, owner.gid);
  }
  await lchown(folder, owner.uid, owner.gid);
}
