// The command of the first page: starts everything, tells other commands how it runs, stops everything.
import { afterAll, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const home = mkdtempSync(join(tmpdir(), "weft-home-"));
afterAll(() => rmSync(home, { recursive: true, force: true }));
const probe = Bun.serve({ port: 0, fetch: () => new Response() });
const { port } = probe;
await probe.stop(true);
const environment = {
  PATH: Bun.env["PATH"] ?? "",
  HOME: home,
  WEFT_HOME: join(home, "state"),
  PORT: String(port),
};
const weft = (...line: string[]) =>
  Bun.spawn([process.execPath, "bin/weft.ts", ...line], {
    cwd: join(import.meta.dir, "../.."),
    env: environment,
    stdout: "pipe",
    stderr: "pipe",
  });

async function started() {
  const child = weft("start");
  let said = "";
  const decoder = new TextDecoder();
  for await (const chunk of child.stdout) {
    said += decoder.decode(chunk);
    if (said.includes("Ctrl-C")) break;
  }
  return { child, said };
}

test("start serves, lets other commands find it, survives a kill and stops by a signal", async () => {
  const first = await started();
  expect(first.said).toContain(`http://acme.localhost:${port}`);
  expect(first.said).toContain(`http://localhost:${port}/dev/mail`);
  const link = /http\S+(\/verify-email\/\S+)/.exec(first.said)?.[1] ?? "";
  const page = await fetch(`http://127.0.0.1:${port}${link}`, {
    headers: { host: `acme.localhost:${port}` },
  });
  expect(await page.text()).toContain("Welcome, Ada");

  const listed = weft("tenant", "list", "--json");
  expect(JSON.parse(await new Response(listed.stdout).text())).toMatchObject([
    { subdomain: "acme" },
  ]);

  const migrations = weft("migrate", "--status", "--json");
  expect(JSON.parse(await new Response(migrations.stdout).text())).toMatchObject({
    state: "current",
  });

  const second = weft("start");
  expect(await second.exited).toBe(1);
  expect((await new Response(second.stderr).text()).trim().split("\n")).toHaveLength(1);

  first.child.kill("SIGKILL");
  await first.child.exited;
  const again = await started();
  expect(again.said).toContain("WeftID is ready");
  // One Ctrl-C as it comes through npx and `bun run`: once from the terminal, once from each of them.
  for (const _ of ["terminal", "npx", "bun run"]) {
    again.child.kill("SIGINT");
    await Bun.sleep(50);
  }
  expect(await again.child.exited).toBe(0);
  const after = weft("tenant", "list");
  expect(await after.exited).toBe(78);
}, 90_000);
