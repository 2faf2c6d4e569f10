// Section 6 of the page and its TLS section: tenants over HTTPS, and no certificate for anybody else.
import { check, holds, same } from "../report.ts";
import { must, run } from "../shell.ts";
import { browserOf, containers, linkIn, mailTo, provision, weft, type World } from "../world.ts";

/** Provisions, signs in, and tries every name that must not get a certificate. */
export async function tenants(world: World): Promise<void> {
  const { page, internet } = world;

  await check("provision invites the founding super admin", [25, 34, 36], async () => {
    const said = await page.runBlock("6. Provision your first tenant", 0);
    holds(said, "Created tenant acme (Acme Corp)");
    holds(said, "Invitation sent to admin@acme.com");
    const { text } = await mailTo(world, "admin@acme.com");
    holds(linkIn(text), "https://acme.id.example.com/verify-email/");
  });

  await check("from the invitation to a session, over HTTPS", [5, 25, 28, 36, 76], async () => {
    const browser = browserOf(world, "acme.id.example.com");
    const { pathname } = new URL(linkIn((await mailTo(world, "admin@acme.com")).text));
    const opened = await browser.ask(pathname);
    same(opened.status, 200);
    holds(opened.text, "<form");
    same((await browser.ask(pathname, {})).headers.get("location"), "/sign-in/new-password");
    const since = internet.mails.length;
    const password = "seven harbours and a wicker basket";
    const chosen = await browser.ask("/sign-in/new-password", { password });
    same(chosen.headers.get("location"), "/sign-in/code", "after the password");
    const code =
      /^ *(\d{8})$/m.exec((await mailTo(world, "admin@acme.com", since)).text)?.[1] ?? "";
    const signedIn = await browser.ask("/sign-in/code", { code });
    same([signedIn.status, signedIn.headers.get("location")], [303, "/"]);
    const home = await browser.ask("/");
    same(home.status, 200);
    holds(home.text, "Jane");
  });

  await check("each name has a certificate of its own", [6, 28, 76], async () => {
    const names = await must(
      "openssl s_client -connect 198.51.100.10:443 -servername acme.id.example.com </dev/null 2>/dev/null | openssl x509 -noout -ext subjectAltName -issuer",
    );
    holds(names, /DNS:acme\.id\.example\.com$/m);
    holds(names, "Pebble");
  });

  await check("a second tenant is there at once, without any restart", [39, 79], async () => {
    same((await provision({ subdomain: "globex", email: "boss@globex.example" })).code, 0);
    same((await browserOf(world, "globex.id.example.com").ask("/sign-in")).status, 200);
    holds(
      linkIn((await mailTo(world, "boss@globex.example")).text),
      "https://globex.id.example.com/",
    );
  });

  await check("an existing subdomain gets one more super admin", [40], async () => {
    const { code, out } = await provision({
      subdomain: "acme",
      email: "second@acme.com",
      name: "Another Name",
    });
    same(code, 0);
    holds(out, "Using the existing tenant acme (Acme Corp)");
    const listed = JSON.parse((await weft("user list --tenant acme --json")).out) as {
      role: string;
    }[];
    same(
      listed.map(({ role }) => role),
      ["super_admin", "super_admin"],
    );
  });

  await check("somebody who is locked out is let in from the server", [], async () => {
    for (const nth of [0, 1]) {
      const line = page.block("Locked out?", nth).replace(" exec app ", " exec -T app ");
      const said = await must(line);
      holds(said, "Recovered admin@acme.com");
      holds(said, "https://acme.id.example.com/reset-password/");
    }
  });

  await check("everybody's sessions are ended from the server", [], async () => {
    const line = page.block("Cookies in other hands?").replace(" exec app ", " exec -T app ");
    holds(await must(line), /^sessions: \d+\npeople: \d+$/m);
  });

  await check("a domain is proved on the operator's word", [], async () => {
    const line = page
      .block("A domain that no public name server knows?")
      .replace(" exec app ", " exec -T app ");
    holds(await must(line), /^provedHow: operator$/m);
  });

  await check("every wrong input is reported at once", [35], async () => {
    const { code, err } = await weft("provision --subdomain -x- --email nobody");
    same(code, 1);
    for (const name of ["subdomain", "tenant-name", "email", "first-name", "last-name"])
      holds(err, `${name}: `);
  });

  await check("when mail fails, the printed link works once it is mended", [37], async () => {
    await internet.stopMail();
    const { code, out, err } = await provision({ subdomain: "gamma", email: "boss@gamma.example" });
    await internet.startMail();
    same(code, 0);
    holds(err, "could not be sent");
    const opened = await browserOf(world, "gamma.id.example.com").ask(
      new URL(linkIn(out)).pathname,
    );
    same(opened.status, 200);
  });

  await certificates();

  await check("the internal port and its paths are not for the outside", [3, 77], async () => {
    const acme = browserOf(world, "acme.id.example.com");
    for (const path of ["/internal/tls-check?domain=id.example.com", "/metrics"]) {
      same([path, (await acme.ask(path)).status], [path, 404]);
    }
    const { code } = await run("timeout 3 bash -c '</dev/tcp/198.51.100.10/8001'");
    same(code === 0, false, "port 8001 from outside");
  });

  await check("plain HTTP is sent to HTTPS", [76], async () => {
    const answer = await must(
      "curl -s -o /dev/null -w '%{http_code} %{redirect_url}' http://acme.id.example.com/x?y=z",
    );
    same(answer, "308 https://acme.id.example.com/x?y=z");
  });

  await check("all of that left every service healthy", [29], async () => {
    for (const { Service, Health } of await containers())
      same([Service, Health], [Service, "healthy"]);
  });
}

/** Every way to write a name that somebody may try, and whether it may have a certificate. */
const names: readonly (readonly [domain: string, status: number])[] = [
  ["id.example.com", 200],
  ["acme.id.example.com", 200],
  ["nope.id.example.com", 404],
  ["delta.id.example.com", 404],
  ["a.acme.id.example.com", 404],
  ["acme.id.example.com.", 404],
  ["ACME.id.example.com", 404],
  [".id.example.com", 404],
  ["acme.example.com", 404],
  ["example.com", 404],
  ["acmeid.example.com", 404],
  ["acme.id.example.com.evil.example", 404],
  ["elsewhere.example", 404],
  ["198.51.100.10", 404],
  ["", 404],
  ["xn--bcher-kva.id.example.com", 404],
  ["bücher.id.example.com", 404],
  ["*.id.example.com", 404],
  ["acme.id.example.com:443", 404],
  ["acme.id.example.com/", 404],
  ["acme.id.example.com\0", 404],
  [`${"a".repeat(285)}.id.example.com`, 404],
];

/** What a client may write into its handshake, and whether Caddy answers it. Names have no case (RFC 6066). */
const handshakes: readonly (readonly [option: string, isAnswered: boolean])[] = [
  ["-servername id.example.com", true],
  ["-servername acme.id.example.com", true],
  ["-servername ACME.ID.example.com", true],
  ["-servername nope.id.example.com", false],
  ["-servername delta.id.example.com", false],
  ["-servername a.acme.id.example.com", false],
  ["-servername acme.id.example.com.", false],
  ["-servername elsewhere.example", false],
  ["-servername xn--bcher-kva.id.example.com", false],
  [`-servername ${"a".repeat(63)}.id.example.com`, false],
  [`-servername ${"a".repeat(239)}.id.example.com`, false],
  ["-servername 198.51.100.10", false],
  ["-noservername", false],
];

async function certificates(): Promise<void> {
  await check("the certificate question has the right answers", [77, 78], async () => {
    // Suspended before anybody visited it: there is no certificate from before.
    same((await provision({ subdomain: "delta", email: "boss@delta.example" })).code, 0);
    same((await weft("tenant suspend delta")).code, 0);
    await Bun.sleep(5_500); // an app remembers a tenant for five seconds
    const script = `const answers = [];
      for (const domain of JSON.parse(process.argv.at(-1))) {
        const url = "http://127.0.0.1:8001/internal/tls-check?domain=" + encodeURIComponent(domain);
        answers.push([domain, (await fetch(url)).status]);
      }
      answers.push(["without a name", (await fetch("http://127.0.0.1:8001/internal/tls-check")).status]);
      console.log(JSON.stringify(answers));`;
    const list = JSON.stringify(names.map(([domain]) => domain));
    const said = await must(`docker compose exec -T app bun -e "$SCRIPT" "$LIST"`, {
      env: { SCRIPT: script, LIST: list },
    });
    same(JSON.parse(said), [...names, ["without a name", 404]]);
  });

  await check("no certificate for anybody else, at real handshakes", [77, 78], async () => {
    for (const [option, isAnswered] of handshakes) {
      const { code } = await run(
        `openssl s_client -connect 198.51.100.10:443 ${option} -verify_return_error -CAfile /tls/bundle.pem </dev/null >/dev/null 2>&1`,
      );
      same([option, code === 0], [option, isAnswered]);
    }
    const kept = await must(
      "docker compose exec -T caddy find /data/caddy/certificates -name '*.crt' -printf '%f\\n' | sort",
    );
    const expected = ["acme", "gamma", "globex"].map((label) => `${label}.id.example.com.crt`);
    same(kept.split("\n"), [...expected, "id.example.com.crt"].toSorted(), "certificates of caddy");
    const log = await must("docker compose logs caddy --no-log-prefix");
    same(/obtain.*nope\.id\.example\.com/.test(log), false, "an order for nope");
  });
}
