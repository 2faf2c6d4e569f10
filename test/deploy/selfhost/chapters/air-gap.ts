// The page's section for a server without a way out: images and files in a folder, loaded by an engine that has never seen them.
import { check, same } from "../report.ts";
import { must, until } from "../shell.ts";
import type { World } from "../world.ts";

const other = { DOCKER_HOST: "unix:///run/other/docker.sock" };

/** Packs on this machine, installs at another engine. */
export async function airGap({ page, internet }: World, version: string): Promise<void> {
  await check("an installation without internet access, from a folder", [], async () => {
    const cwd = "/var/lib/docker/carried";
    await must(`mkdir -p ${cwd}`);
    // The page's example version: what there is, under that name.
    const [name, example] = ["ghcr.io/pageloom/weft-id", "1.6.0"];
    await must(`docker tag ${name}:${version} ${name}:${example}`);
    internet.release(example);
    await page.runBlock("Without internet access", 0, { cwd });
    await must(`docker image rm ${name}:${example}`);
    const stop = await otherEngine();
    try {
      const installed = `set -- $(docker compose config --images | sort -u) && docker image inspect "$@" >/dev/null && echo $#
        docker run --rm --network none ${name}:${example} weft --version`;
      // A server of its own has no such folder yet.
      const said = await must(`unshare --mount bash -e -o pipefail -c "$SCRIPT"`, {
        cwd,
        env: {
          ...other,
          WEFT_NONINTERACTIVE: "1",
          BASE_DOMAIN: "id.example.com",
          SCRIPT: `mount -t tmpfs empty /opt\n${page.block("Without internet access", 1)}\n${installed}`,
        },
      });
      same(/^4$/m.test(said) && said.includes("Next: docker compose up -d"), true, said);
    } finally {
      await stop();
      internet.release(version);
      await must(`rm -rf ${cwd} /var/lib/docker/other`);
    }
  });
}

/** A second engine beside the first, without a network: images and containers of its own. Answers how to stop it. */
async function otherEngine(): Promise<() => Promise<void>> {
  const options =
    "--data-root /var/lib/docker/other --exec-root /run/other/exec --pidfile /run/other/pid --bridge=none --iptables=false --ip6tables=false";
  const group = Bun.env["ENGINE_GROUP"] ?? "weft-selfhost";
  const engine = Bun.spawn(
    [
      "unshare",
      "--net",
      "dockerd",
      "--host",
      other.DOCKER_HOST,
      "--cgroup-parent",
      group,
      ...options.split(" "),
    ],
    { stdout: Bun.file("/run/other.log"), stderr: Bun.file("/run/other.log") },
  );
  await until(
    "another engine",
    30,
    async () => (await must("docker version", { env: other })) !== "",
  );
  return async () => {
    engine.kill();
    await engine.exited;
  };
}
