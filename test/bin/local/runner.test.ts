// Which ways of running the server a machine is offered, in which order.

import { describe, expect, test } from "bun:test";
import { otherUser, waysToRun, type Machine, type Runner } from "../../../bin/local/runner.ts";

const nobody = { uid: 65534, gid: 65534 };
const linux: Machine = { isRoot: true, unshare: "unshare", setpriv: "setpriv", other: nobody };
const inShort = (ways: Runner[]) =>
  ways.map(({ prefix, owner }) => `${prefix.join(" ")}${owner ? ` (files of ${owner.uid})` : ""}`);

describe("waysToRun", () => {
  test("as an ordinary user: as we are, else with a name in a user namespace", () => {
    expect(inShort(waysToRun({ ...linux, isRoot: false }, undefined))).toEqual([
      "setpriv --pdeathsig INT --",
      "unshare --user --map-user=65534 --map-group=65534 -- setpriv --pdeathsig INT --",
    ]);
  });

  test("as root: in a user namespace, else as another user with ever more power over folders", () => {
    const drop = "setpriv --reuid=65534 --regid=65534 --clear-groups";
    const capable = "--securebits=+no_setuid_fixup";
    const tied = "--pdeathsig INT -- (files of 65534)";
    expect(inShort(waysToRun(linux, undefined))).toEqual([
      "unshare --user --map-user=65534 --map-group=65534 -- setpriv --pdeathsig INT -- (files of 0)",
      `${drop} ${tied}`,
      `${drop} --inh-caps=+dac_read_search --ambient-caps=+dac_read_search ${capable} ${tied}`,
      `${drop} --inh-caps=+dac_override --ambient-caps=+dac_override ${capable} ${tied}`,
    ]);
  });

  test("as root on another user's data: as that user first", () => {
    const [first] = waysToRun(linux, { uid: 1000, gid: 100 });
    expect(first?.prefix).toContain("--reuid=1000");
    expect(first?.prefix).toContain("--regid=100");
    expect(first?.owner).toEqual({ uid: 1000, gid: 100 });
  });

  test("without the tools of Linux: as we are, or as another user by spawning so", () => {
    const bare = { ...linux, unshare: null, setpriv: null };
    expect(waysToRun({ ...bare, isRoot: false }, undefined)).toEqual([{ prefix: [] }]);
    expect(waysToRun(bare, undefined)).toEqual([{ prefix: [], spawnAs: nobody, owner: nobody }]);
  });
});

describe("otherUser", () => {
  test("is nobody, else the first that is not root", () => {
    const root = "root:x:0:0:root:/root:/bin/bash";
    const daemon = "daemon:*:1:1:System Services:/var/root:/usr/bin/false";
    expect(otherUser(`${root}\n${daemon}\nnobody:x:65534:65533::/:/bin/false\n`)).toEqual({
      uid: 65534,
      gid: 65533,
    });
    expect(
      otherUser(
        `# comment\nnobody:*:-2:-2:No user:/var/empty:/usr/bin/false\n${root}\n${daemon}\n`,
      ),
    ).toEqual({
      uid: 1,
      gid: 1,
    });
  });
});
