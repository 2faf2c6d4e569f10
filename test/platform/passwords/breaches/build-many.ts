// A process of its own for the test of memory: makes a filter of so many lines, which are made as they are asked for.
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
console.log(entries);
