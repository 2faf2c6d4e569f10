// Is there room on the disk that this process works on? On a server with Docker it is usually that of the database, too.
import { statfs } from "node:fs/promises";
import { cwd } from "node:process";
import { type Check, type CheckState, ok } from "../check.ts";
import { texts } from "../texts.ts";

const gibibyte = 1024 ** 3;

/** Little is a small part of a large disk, or little in itself. */
export function judgeSpace(freeBytes: number, totalBytes: number): CheckState {
  const part = freeBytes / Math.max(1, totalBytes);
  if (part < 0.02 || freeBytes < gibibyte / 4) return "fail";
  return part < 0.1 && freeBytes < 20 * gibibyte ? "warn" : freeBytes < gibibyte ? "warn" : "ok";
}

export const disk: Check = {
  name: "disk",
  title: "Disk space",
  settings: [],
  async run() {
    const path = cwd();
    const { bavail, blocks, bsize } = await statfs(path);
    const free = bavail * bsize;
    const total = blocks * bsize;
    const state = judgeSpace(free, total);
    const says = texts.space(path, size(free), size(total));
    return state === "ok"
      ? ok(says)
      : { state, says, repair: "docker image prune --force && df -h" };
  },
};

const size = (bytes: number): string =>
  bytes < gibibyte
    ? `${Math.round(bytes / 1024 ** 2)} MiB`
    : `${(bytes / gibibyte).toFixed(1)} GiB`;
