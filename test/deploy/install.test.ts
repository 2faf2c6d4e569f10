// The install script as an operator runs it: by a pipe with a terminal beside it, or with the answers in the environment.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Conversation, converse, type Dialogue, interrupt } from "./terminal.ts";

const deploy = join(import.meta.dir, "../../deploy");
const script = join(deploy, "install.sh");
const shells = ["dash", "bash", "sh"].filter((name) => Bun.which(name) !== null);
const canRun = ["curl", "openssl", "awk", "mktemp", "setsid"].every(
  (name) => Bun.which(name) !== null,
);
const root = mkdtempSync(join(tmpdir(), "weft-install-"));
const threeFiles = [".env", "Caddyfile", "docker-compose.yml"];

afterAll(() => rmSync(root, { recursive: true, force: true }));

const newFolder = () => mkdtempSync(join(root, "at-"));

interface Ran {
  readonly code: number;
  /** Standard output and standard error, or what the terminal showed. */
  readonly out: string;
}

/** Without a terminal: in a session of its own. */
async function run(
  folder: string,
  answers: Record<string, string> = {},
  shell = "sh",
): Promise<Ran> {
  const child = Bun.spawn(["setsid", "--wait", shell, script], {
    cwd: folder,
    env: { PATH: Bun.env["PATH"] ?? "", WEFT_SOURCE: deploy, ...answers },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
  const [out, err, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  return { code, out: out + err };
}

const unattended = (answers: Record<string, string> = {}) => ({
  WEFT_NONINTERACTIVE: "1",
  BASE_DOMAIN: "id.example.com",
  ...answers,
});

/** As `curl … | bash` on a terminal. */
const conversation = (folder: string, dialogue: Dialogue, shell = "sh"): Promise<Conversation> =>
  converse(
    `cat "${script}" | ${shell}`,
    { cwd: folder, env: { PATH: Bun.env["PATH"] ?? "", WEFT_SOURCE: deploy } },
    dialogue,
  );

const env = (folder: string) =>
  Object.fromEntries(
    readFileSync(join(folder, ".env"), "utf8")
      .split("\n")
      .filter((line) => /^[A-Z_]+=/.test(line))
      .map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]),
  );

const mode = (folder: string, name: string) =>
  (statSync(join(folder, name)).mode & 0o777).toString(8);

describe.skipIf(!canRun)("install.sh", () => {
  for (const shell of shells) {
    test(`asks on the terminal while ${shell} reads it from a pipe, and hides the password`, async () => {
      const folder = newFolder();
      const ran = await conversation(
        folder,
        [
          ["Domain: ", "https://id.example.com\n"],
          ["Domain: ", "localhost\n"],
          ["Domain: ", "  id.example.com \n"],
          ["SMTP host: ", "mail.example.com\n"],
          ["[587]: ", "http\n"],
          ["[587]: ", "\n"],
          ["none: ", "apikey\n"],
          ["(not shown): ", "s3cret pass\n"],
          ["[no-reply@id.example.com]: ", "nobody\n"],
          ["[no-reply@id.example.com]: ", "\n"],
        ],
        shell,
      );

      expect(ran).toMatchObject({ code: 0 });
      expect(ran.out).toContain("docker compose up -d");
      expect(ran.out).not.toContain("s3cret");
      expect(readdirSync(folder).toSorted()).toEqual(threeFiles);
      expect(env(folder)).toMatchObject({
        BASE_DOMAIN: "id.example.com",
        EMAIL_BACKEND: "smtp",
        SMTP_HOST: "mail.example.com",
        SMTP_PORT: "587",
        SMTP_USER: "apikey",
        SMTP_PASS: "'s3cret pass'",
        SMTP_TLS: "true",
        FROM_EMAIL: "no-reply@id.example.com",
      });
    });

    test(`takes its answers from the environment under ${shell}`, async () => {
      const folder = newFolder();
      const ran = await run(folder, unattended({ SMTP_HOST: "mail.example.com" }), shell);

      expect(ran).toMatchObject({ code: 0 });
      expect(readdirSync(folder).toSorted()).toEqual(threeFiles);
      expect(env(folder)).toMatchObject({
        FROM_EMAIL: "no-reply@id.example.com",
        SMTP_PORT: "587",
      });
    });
  }

  test("makes three independent secrets and shows none of them", async () => {
    const folder = newFolder();
    const ran = await run(folder, unattended());
    const { SECRET_KEY, POSTGRES_PASSWORD, APPUSER_PASSWORD } = env(folder);
    const secrets = [SECRET_KEY, POSTGRES_PASSWORD, APPUSER_PASSWORD].map(String);

    expect(new Set(secrets).size).toBe(3);
    for (const secret of secrets) {
      expect(Buffer.from(secret, "base64")).toHaveLength(32);
      expect(ran.out).not.toContain(secret);
    }
  });

  test("keeps .env for its owner, and lets the proxy read its file", async () => {
    const folder = newFolder();
    await run(folder, unattended());

    expect(threeFiles.map((name) => mode(folder, name))).toEqual(["600", "644", "644"]);
  });

  test("has .env for its owner alone from the first byte", async () => {
    const folder = newFolder();
    const tools = newFolder();
    writeFileSync(join(tools, "chmod"), "#!/bin/sh\n", { mode: 0o755 });
    await run(folder, unattended({ PATH: `${tools}:${Bun.env["PATH"]}` }));

    expect(mode(folder, ".env")).toBe("600");
  });

  test("copies the compose file and the Caddyfile as they are", async () => {
    const folder = newFolder();
    await run(folder, unattended());

    for (const name of ["docker-compose.yml", "Caddyfile"]) {
      expect(readFileSync(join(folder, name))).toEqual(readFileSync(join(deploy, name)));
    }
  });

  test("leaves the mail settings open when the mail server is skipped, and says so", async () => {
    const folder = newFolder();
    const ran = await conversation(folder, [
      ["Domain: ", "id.example.com\n"],
      ["SMTP host: ", "\n"],
    ]);

    expect(ran.out).toContain("edit the mail settings in .env");
    expect(env(folder)).toMatchObject({ SMTP_HOST: "", SMTP_PORT: "587", FROM_EMAIL: "" });
  });

  test("takes port 465 for TLS from the first byte", async () => {
    const folder = newFolder();
    await conversation(folder, [
      ["Domain: ", "id.example.com\n"],
      ["SMTP host: ", "mail.example.com\n"],
      ["[587]: ", "465\n"],
      ["none: ", "\n"],
      ["com]: ", "\n"],
    ]);

    expect(env(folder)["SMTP_TLS"]).toBe("implicit");
  });

  test.each([
    ["plain/+=@:%", "plain/+=@:%"],
    ['p#ss wo$d`"', "'p#ss wo$d`\"'"],
    [`it's \\ "$x"`, `"it's \\\\ \\"\\$x\\""`],
    ["ends in \\", '"ends in \\\\"'],
  ])("writes the password %p so that Compose reads it back", async (password, written) => {
    const folder = newFolder();
    await run(folder, unattended({ SMTP_HOST: "m.example.com", SMTP_PASS: password }));

    expect(env(folder)["SMTP_PASS"]).toBe(written);
  });

  test.each([
    ["BASE_DOMAIN", ""],
    ["BASE_DOMAIN", "localhost"],
    ["BASE_DOMAIN", "ID.example.com"],
    ["BASE_DOMAIN", "id.example.com:443"],
    ["BASE_DOMAIN", "-id.example.com"],
    ["BASE_DOMAIN", "10.0.0.1"],
    ["BASE_DOMAIN", `${"a.".repeat(95)}com`],
    ["FROM_EMAIL", "no reply@example.com"],
    ["FROM_EMAIL", "no-reply"],
    ["EMAIL_BACKEND", "mailgun"],
    ["SMTP_HOST", "smtp://mail"],
    ["SMTP_PORT", "70000"],
    ["SMTP_TLS", "maybe"],
    ["WEFT_VERSION", "1.0;id"],
  ])("refuses %s=%p by name and leaves nothing behind", async (name, value) => {
    const folder = newFolder();
    const ran = await run(folder, unattended({ [name]: value }));

    expect(ran.code).toBe(1);
    expect(ran.out).toContain(`${name}: `);
    expect(readdirSync(folder)).toEqual([]);
  });

  test("refuses an answer of two lines: the second could be a setting of its own", async () => {
    const folder = newFolder();
    const ran = await run(folder, unattended({ BASE_DOMAIN: "id.example.com\nIS_DEV=true" }));

    expect(ran).toMatchObject({ code: 1 });
    expect(readdirSync(folder)).toEqual([]);
  });

  test("says what to do where there is no terminal", async () => {
    const ran = await run(newFolder());

    expect(ran).toMatchObject({ code: 1 });
    expect(ran.out).toContain("WEFT_NONINTERACTIVE=1");
  });

  test.each(["curl", "openssl"])("names the missing %s", async (missing) => {
    const tools = newFolder();
    const names = "sh cat grep sed awk mktemp rm mv cp chmod date tr tail curl openssl setsid stty";
    for (const name of names.split(" ")) {
      const path = Bun.which(name);
      if (path && name !== missing) symlinkSync(path, join(tools, name));
    }
    const ran = await run(newFolder(), unattended({ PATH: tools }));

    expect(ran).toMatchObject({ code: 1 });
    expect(ran.out).toContain(`${missing} is not installed`);
  });
});

describe.skipIf(!canRun)("install.sh where files are already", () => {
  const inhabited = () => {
    const folder = newFolder();
    writeFileSync(join(folder, ".env"), "SECRET_KEY='kept $ecret'\nBASE_DOMAIN=old.example.com\n");
    return folder;
  };
  const dialogue = [
    ["[y/N]: ", "y\n"],
    ["Domain: ", "id.example.com\n"],
    ["SMTP host: ", "\n"],
  ] as const;

  test.each(["\n", "n\n", "yes please\n"])("changes nothing on the answer %p", async (answer) => {
    const folder = inhabited();
    const ran = await conversation(folder, [["[y/N]: ", answer]]);

    expect(ran.code).toBe(0);
    expect(readdirSync(folder)).toEqual([".env"]);
    expect(env(folder)["BASE_DOMAIN"]).toBe("old.example.com");
  });

  test("guards the compose file and the Caddyfile, too", async () => {
    const folder = newFolder();
    writeFileSync(join(folder, "Caddyfile"), "mine");
    const ran = await run(folder, unattended());

    expect(ran).toMatchObject({ code: 1 });
    expect(ran.out).toContain("Caddyfile");
    expect(readdirSync(folder)).toEqual(["Caddyfile"]);
  });

  test("on a yes keeps the old files and takes over the secrets that the database was made with", async () => {
    const folder = inhabited();
    await conversation(folder, dialogue);
    const names = readdirSync(folder).toSorted();
    const old = names.find((name) => name.startsWith(".env.old-")) ?? "";

    expect(names.filter((name) => name !== old)).toEqual(threeFiles);
    expect(readFileSync(join(folder, old), "utf8")).toContain("BASE_DOMAIN=old.example.com");
    expect(env(folder)).toMatchObject({
      BASE_DOMAIN: "id.example.com",
      SECRET_KEY: "'kept $ecret'",
    });
    expect(env(folder)["APPUSER_PASSWORD"]).not.toBe("");
  });

  test("without a terminal asks for a yes of its own", async () => {
    const folder = inhabited();
    expect(await run(folder, unattended())).toMatchObject({ code: 1 });
    expect(await run(folder, unattended({ WEFT_OVERWRITE: "yes" }))).toMatchObject({ code: 0 });
    expect(env(folder)["BASE_DOMAIN"]).toBe("id.example.com");
  });

  test("puts everything back when a file cannot be moved into place", async () => {
    const folder = inhabited();
    const tools = newFolder();
    writeFileSync(
      join(tools, "mv"),
      `#!/bin/sh\ncase "$*" in *install*/.env*) exit 1;; esac\nexec ${Bun.which("mv")} "$@"\n`,
    );
    chmodSync(join(tools, "mv"), 0o755);
    const ran = await run(
      folder,
      unattended({ WEFT_OVERWRITE: "yes", PATH: `${tools}:${Bun.env["PATH"]}` }),
    );

    expect(ran.code).not.toBe(0);
    expect(readdirSync(folder)).toEqual([".env"]);
    expect(env(folder)["BASE_DOMAIN"]).toBe("old.example.com");
  });

  test("leaves nothing behind when it is interrupted", async () => {
    const folder = newFolder();
    const ran = await conversation(folder, [
      ["Domain: ", "id.example.com\n"],
      ["SMTP host: ", interrupt],
    ]);

    expect(ran.code).not.toBe(0);
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe.skipIf(!canRun)("install.sh and where the files come from", () => {
  const home = newFolder();
  const paths: string[] = [];
  let released = true;
  let server: Bun.Server<undefined>;

  beforeAll(async () => {
    const openssl = `openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=x -keyout key -out crt`;
    await Bun.spawn(openssl.split(" "), { cwd: home, stdout: "ignore", stderr: "ignore" }).exited;
    server = Bun.serve({
      port: 0,
      hostname: "127.0.0.1",
      tls: { cert: readFileSync(join(home, "crt")), key: readFileSync(join(home, "key")) },
      fetch: answer,
    });
    // Every name leads here, so that the script's own addresses are used as they are.
    writeFileSync(
      join(home, ".curlrc"),
      `connect-to = "::127.0.0.1:${server.port}"\ninsecure\nnoproxy = "*"\n`,
    );
  });
  afterAll(() => server.stop(true));

  function answer(request: Request): Response {
    const { pathname } = new URL(request.url);
    const host = request.headers.get("host") ?? "";
    paths.push(host + pathname);
    if (host === "github.com") {
      const to = `https://github.com/pageloom/weft-id/releases${released ? "/tag/v1.6.0" : ""}`;
      return new Response(null, { status: 302, headers: { location: to } });
    }
    const name = /^\/pageloom\/weft-id\/(?:main|v[\d.]+)\/deploy\/([^/]+)$/.exec(pathname)?.[1];
    if (!name || pathname.includes("/v9.9.9/")) return new Response("not found", { status: 404 });
    return new Response(Bun.file(join(deploy, name)));
  }

  const online = (answers: Record<string, string> = {}) =>
    unattended({ WEFT_SOURCE: "", CURL_HOME: home, ...answers });

  test("takes the newest release and pins it", async () => {
    const folder = newFolder();
    const ran = await run(folder, online());

    expect(ran).toMatchObject({ code: 0 });
    expect(env(folder)["WEFT_VERSION"]).toBe("1.6.0");
    expect(paths).toContain(
      "raw.githubusercontent.com/pageloom/weft-id/v1.6.0/deploy/docker-compose.yml",
    );
  });

  test("takes the main branch and the tag latest while there is no release", async () => {
    released = false;
    const folder = newFolder();
    await run(folder, online());
    released = true;

    expect(env(folder)["WEFT_VERSION"]).toBe("latest");
    expect(paths).toContain("raw.githubusercontent.com/pageloom/weft-id/main/deploy/Caddyfile");
  });

  test("leaves nothing when a file of the asked version is not there", async () => {
    const folder = newFolder();
    const ran = await run(folder, online({ WEFT_VERSION: "9.9.9" }));

    expect(ran).toMatchObject({ code: 1 });
    expect(ran.out).toContain("could not be downloaded");
    expect(readdirSync(folder)).toEqual([]);
  });

  test("takes a mirror's address", async () => {
    const folder = newFolder();
    const mirror = "https://mirror.example.com/pageloom/weft-id/main/deploy/";
    const ran = await run(folder, online({ WEFT_SOURCE: mirror, WEFT_VERSION: "1.5.0" }));

    expect(ran).toMatchObject({ code: 0 });
    expect(env(folder)["WEFT_VERSION"]).toBe("1.5.0");
  });

  test("leaves nothing when a directory lacks a file, or holds something else under its name", async () => {
    const source = newFolder();
    cpSync(join(deploy, "docker-compose.yml"), join(source, "docker-compose.yml"));
    writeFileSync(join(source, "Caddyfile"), "<html>Sign in to this network</html>");
    const folder = newFolder();
    const strange = await run(folder, unattended({ WEFT_SOURCE: source }));
    cpSync(join(deploy, "Caddyfile"), join(source, "Caddyfile"));
    const short = await run(folder, unattended({ WEFT_SOURCE: source }));

    expect(strange.out).toContain("is not a file of WeftID");
    expect(short.out).toContain(".env.example");
    expect([strange.code, short.code]).toEqual([1, 1]);
    expect(readdirSync(folder)).toEqual([]);
  });

  test("does nothing when the download of itself breaks off", async () => {
    const folder = newFolder();
    mkdirSync(join(folder, "x"));
    const whole = readFileSync(script, "utf8");
    writeFileSync(join(folder, "x", "half.sh"), whole.slice(0, whole.lastIndexOf("main ")));
    const child = Bun.spawn(["sh", "x/half.sh"], { cwd: folder, env: unattended() });

    expect(await child.exited).toBe(0);
    expect(existsSync(join(folder, ".env"))).toBe(false);
  });
});
