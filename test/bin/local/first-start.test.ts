// The first start on machines that allow more or less: as root below a closed folder, in a container, without tools, as an
// ordinary user; and a first start that is killed half-way.

import { afterAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { chownSync, existsSync, mkdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { startPostgres } from "../../../bin/local/embedded-postgres.ts";
import {
  beginElsewhere,
  canNobodyRun,
  closedFolder,
  ends,
  folderOfNobody,
  halfMade,
  isRoot,
  killNow,
  nobody,
  pathWith,
  query,
  startElsewhere,
  until,
  type Starter,
  cleanUp,
} from "./support.ts";

setDefaultTimeout(30_000);

afterAll(cleanUp);

/** Kills the starter, and says whether its database is gone, back again with its row, and gone again when asked. */
async function survivesKill(starter: Starter, again: () => Promise<Starter>): Promise<void> {
  expect(starter.said.error).toBeUndefined();
  await query(starter.said, "create table notes as select 'kept' as text");
  await killNow(starter.process);
  expect(await ends(starter.said.processId)).toBe(true);
  const second = await again();
  expect(await query(second.said, "select text from notes")).toEqual([{ text: "kept" }]);
  await second.process.stdin.end();
  expect(await second.process.exited).toBe(0);
  expect(await ends(second.said.processId)).toBe(true);
}

describe("the first start", () => {
  test.skipIf(!isRoot)("works as root below a closed folder, and the data is root's", async () => {
    const dataDir = join(closedFolder(), "postgres");
    const start = () => startElsewhere({ dataDir, durable: false });
    await survivesKill(await start(), start);
    expect(statSync(dataDir).uid).toBe(0);
  });

  test.skipIf(!isRoot)(
    "works as root below a closed folder where user namespaces are refused",
    async () => {
      const dataDir = join(closedFolder(), "postgres");
      const path = pathWith({ refused: "unshare" });
      const start = () => startElsewhere({ dataDir, durable: false }, { path });
      await survivesKill(await start(), start);
      expect(statSync(dataDir).uid).not.toBe(0);
    },
  );

  test.skipIf(!isRoot)("made by root is opened where user namespaces are refused", async () => {
    const dataDir = join(closedFolder(), "postgres");
    const made = await startPostgres({ dataDir, durable: false });
    await query(made, "create table notes as select 'kept' as text");
    await made.stop();
    // As if the files had begun to change hands when the power went.
    chownSync(join(dataDir, "cluster/PG_VERSION"), nobody.uid, nobody.gid);
    const path = pathWith({ refused: "unshare" });
    const starter = await startElsewhere({ dataDir, durable: false }, { path });
    expect(await query(starter.said, "select text from notes")).toEqual([{ text: "kept" }]);
    await starter.process.stdin.end();
    expect(await starter.process.exited).toBe(0);
  });

  test.skipIf(!isRoot || !canNobodyRun)("works as an ordinary user", async () => {
    const dataDir = join(folderOfNobody(), "postgres");
    const start = () => startElsewhere({ dataDir, durable: false }, { as: nobody });
    await survivesKill(await start(), start);
    expect(statSync(join(dataDir, "cluster")).uid).toBe(nobody.uid);

    // The same data, opened by root, stays its owner's.
    const byRoot = await startPostgres({ dataDir, durable: false });
    expect(await query(byRoot, "select text from notes")).toEqual([{ text: "kept" }]);
    await byRoot.stop();
    expect(statSync(join(dataDir, "cluster/PG_VERSION")).uid).toBe(nobody.uid);
  });

  test.skipIf(isRoot ? !canNobodyRun : false)(
    "works without any of the tools of Linux",
    async () => {
      const dataDir = join(isRoot ? folderOfNobody() : closedFolder(), "postgres");
      const way = { path: pathWith({ missing: true }), ...(isRoot && { as: nobody }) };
      const start = () => startElsewhere({ dataDir, durable: false }, way);
      await survivesKill(await start(), start);
    },
  );

  test.skipIf(!isRoot)("says what to do when root has no way to run it", async () => {
    const dataDir = join(closedFolder(), "postgres");
    const { said } = await startElsewhere(
      { dataDir, durable: false },
      { path: pathWith({ missing: true }) },
    );
    expect(said.error).toStartWith(
      "PostgreSQL refuses to run as root, and no other user could run it in ",
    );
    expect(said.error).toEndWith("start WeftID as an ordinary user");
    expect(said.error).not.toContain("\n");
    expect(halfMade(dataDir)).toEqual([]);
  });

  test("that was killed half-way is done again", async () => {
    const dataDir = join(closedFolder(), "postgres");
    const killed = beginElsewhere({ dataDir, durable: false });
    const hasBegun = (half: string) => existsSync(join(dataDir, "..", half, "cluster/PG_VERSION"));
    await until(() => halfMade(dataDir).some(hasBegun));
    await killNow(killed);
    expect(existsSync(dataDir)).toBe(false);
    // What a power cut leaves, when nothing could tidy up.
    const rest = `${dataDir}.new-cutoff/cluster/base`;
    mkdirSync(rest, { recursive: true });
    writeFileSync(join(rest, "../PG_VERSION"), "18\n");

    const postgres = await startPostgres({ dataDir, durable: false });
    expect(await query(postgres, "select 1 as one")).toEqual([{ one: 1 }]);
    expect(halfMade(dataDir)).toEqual([]);
    await postgres.stop();
  });
});
