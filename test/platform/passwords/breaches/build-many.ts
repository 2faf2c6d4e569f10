// A process of its own for the test of memory: makes a filter of so many lines, which are made as they are asked for.
import { readFile } from "node:fs/promises";
import { buildFilter } from "#platform/passwords/breaches/build.ts";

const [path = "", blocks = "1"] = Bun.argv.slice(2);

async function* many() {
  for (let block = 0; block < Number(blocks); block += 1) {
    const lines = Array.from({ length: 10_000 }, (_, n) => {
      const digits = (block * 10_000 + n).toString(16).toUpperCase().padStart(6, "0");
      return `${digits}${"0".repeat(34)}:1\n`;
    });
    yield Buffer.from(lines.join(""));
  }
}

const { entries } = await buildFilter(many(), path, new Date());
// Its own peak: what a parent measures begins with the parent's.
const status = await readFile("/proc/self/status", "utf8").catch(() => "");
const peakKib = Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1] ?? process.resourceUsage().maxRSS);
console.log(entries, peakKib);
