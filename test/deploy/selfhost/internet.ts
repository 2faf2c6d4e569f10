// What an installation finds outside: names, a mail server, a certificate authority, the release server. All of it in this
// process's network namespace, with real protocols and a CA of the test.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { simpleParser } from "mailparser";
import { SMTPServer, type SMTPServerOptions } from "smtp-server";
import { must, until } from "./shell.ts";

const elsewhere = "198.51.100.25";
const tls = "/tls";

export interface ReceivedMail {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  /** Whether it came by TLS, and as whom. */
  readonly isSecure: boolean;
  readonly user: string;
}

export interface Internet {
  readonly mails: ReceivedMail[];
  /** What the CA of the test and the ACME server vouch for, for clients outside. */
  readonly trusted: string;
  /** The root certificate of the ACME server alone. */
  readonly authority: string;
  /** The newest release, as the release server tells it. */
  release(version: string): void;
  /** From now on the release server does not have this file; with null it has all of them. */
  withhold(name: string | null): void;
  /** From now on this name has this text in the DNS. */
  publish(name: string, text: string): Promise<void>;
  /** Nobody listens on the mail server's port. */
  stopMail(): Promise<void>;
  /** The port accepts, and then nothing is ever said. */
  hangMail(): Promise<void>;
  startMail(): Promise<void>;
}

const log = (name: string) => Bun.file(`/run/${name}.log`);

/** One CA, and a certificate for each name of the test's internet. */
async function makeCertificates(): Promise<void> {
  mkdirSync(tls, { recursive: true });
  const names = [
    "mail.example.com",
    "acme.example.com",
    "github.com",
    "raw.githubusercontent.com",
    "postgres.example.com",
  ];
  writeFileSync(`${tls}/names`, `subjectAltName=${names.map((name) => `DNS:${name}`).join(",")}`);
  await must(
    `openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj '/CN=Test CA' -keyout ca.key -out ca.pem 2>/dev/null
     openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN=mail.example.com -keyout key.pem -out csr.pem 2>/dev/null
     openssl x509 -req -in csr.pem -CA ca.pem -CAkey ca.key -days 2 -extfile names -out cert.pem 2>/dev/null
     cp ca.pem bundle.pem`,
    { cwd: tls },
  );
}

/** Every name leads to the server, but for those that are elsewhere. */
async function startNames(): Promise<void> {
  const off = ["-http01", "", "-https01", "", "-tlsalpn01", "", "-doh", "", "-defaultIPv6", ""];
  const on = `-defaultIPv4 198.51.100.10 -dnsserver ${elsewhere}:53 -management ${elsewhere}:8055`;
  Bun.spawn(["pebble-challtestsrv", ...on.split(" "), ...off], {
    stdout: log("names"),
    stderr: log("names"),
  });
  const names = ["mail.example.com.", "acme.example.com."];
  await until("a name server", 10, async () => {
    for (const host of names) {
      const body = JSON.stringify({ host, addresses: [elsewhere] });
      const answer = await fetch(`http://${elsewhere}:8055/add-a`, { method: "POST", body });
      if (!answer.ok) return false;
    }
    // Known to a container by its own list of hosts alone.
    const body = JSON.stringify({ host: "host.docker.internal." });
    const url = `http://${elsewhere}:8055/set-servfail`;
    return (await fetch(url, { method: "POST", body })).ok;
  });
}

/** An ACME server that really connects to ports 80 and 443 of a name before it signs. */
async function startAuthority(): Promise<string> {
  writeFileSync(
    "/run/pebble.json",
    JSON.stringify({
      pebble: {
        listenAddress: `${elsewhere}:14000`,
        managementListenAddress: `${elsewhere}:15000`,
        certificate: `${tls}/cert.pem`,
        privateKey: `${tls}/key.pem`,
        httpPort: 80,
        tlsPort: 443,
      },
    }),
  );
  Bun.spawn(["pebble", "-config", "/run/pebble.json", "-dnsserver", `${elsewhere}:53`], {
    env: { ...Bun.env, PEBBLE_VA_NOSLEEP: "1", PEBBLE_WFE_NONCEREJECT: "0" },
    stdout: log("pebble"),
    stderr: log("pebble"),
  });
  const fetchRoot = `curl -fsS --cacert ${tls}/ca.pem --resolve acme.example.com:15000:${elsewhere} https://acme.example.com:15000/roots/0`;
  await until("an ACME server", 10, async () => (await must(fetchRoot)).includes("BEGIN"));
  return must(fetchRoot);
}

/** Answers for github.com and raw.githubusercontent.com with the files of this checkout. */
function startReleases(checkout: string): Pick<Internet, "release" | "withhold"> {
  let newest = "";
  let withheld: string | null = null;
  Bun.serve({
    hostname: elsewhere,
    port: 8443,
    tls: { cert: readFileSync(`${tls}/cert.pem`), key: readFileSync(`${tls}/key.pem`) },
    fetch(request) {
      const { pathname } = new URL(request.url);
      if (pathname === "/pageloom/weft-id/releases/latest") {
        const location = `https://github.com/pageloom/weft-id/releases/tag/v${newest}`;
        return new Response(null, { status: 302, headers: { location } });
      }
      const name = /^\/pageloom\/weft-id\/(?:main|v[\d.]+)\/(deploy\/[\w.-]+)$/.exec(pathname)?.[1];
      return name && name !== `deploy/${withheld}`
        ? new Response(Bun.file(`${checkout}/${name}`))
        : new Response("not found", { status: 404 });
    },
  });
  writeFileSync(
    join(homedir(), ".curlrc"),
    ["github.com", "raw.githubusercontent.com"]
      .map((name) => `connect-to = "${name}:443:${elsewhere}:8443"\n`)
      .join(""),
  );
  return {
    release(version) {
      newest = version;
    },
    withhold(name) {
      withheld = name;
    },
  };
}

/** A mail server that insists on TLS and on this login. */
function mailServer(mails: ReceivedMail[], login: { user: string; password: string }): SMTPServer {
  const server = new SMTPServer({
    cert: readFileSync(`${tls}/cert.pem`),
    key: readFileSync(`${tls}/key.pem`),
    authOptional: false,
    onAuth: ({ username, password }, _session, done) =>
      username === login.user && password === login.password
        ? done(null, { user: username })
        : done(new Error("wrong login")),
    onData: keepIn(mails),
  });
  server.on("error", () => undefined);
  server.listen(587, elsewhere);
  return server;
}

/** A relay without login or TLS, on an address of the server itself. Answers how to stop it. */
export function openRelay(mails: ReceivedMail[], address: string): () => Promise<void> {
  const server = new SMTPServer({ disabledCommands: ["AUTH", "STARTTLS"], onData: keepIn(mails) });
  server.on("error", () => undefined);
  server.listen(25, address);
  return () => new Promise((resolve) => server.close(() => resolve()));
}

const keepIn =
  (mails: ReceivedMail[]): NonNullable<SMTPServerOptions["onData"]> =>
  (stream, session, done) => {
    simpleParser(stream)
      .then(({ text, subject }) => {
        for (const { address } of session.envelope.rcptTo) {
          const isSecure = session.secure;
          const user = String(session.user);
          mails.push({ to: address, subject: subject ?? "", text: text ?? "", isSecure, user });
        }
        done();
      })
      .catch(done);
  };

/** Starts all of it. `login` is what the mail server knows. */
export async function openInternet(
  checkout: string,
  login: { user: string; password: string },
): Promise<Internet> {
  await makeCertificates();
  await startNames();
  const root = await startAuthority();
  const trusted = `${readFileSync(`${tls}/ca.pem`, "utf8")}\n${root}\n`;
  writeFileSync(`${tls}/bundle.pem`, trusted);
  const mails: ReceivedMail[] = [];
  const port = mailPort(mails, login);
  await port.startMail();
  const publish = async (name: string, value: string) => {
    const body = JSON.stringify({ host: `${name}.`, value });
    await fetch(`http://${elsewhere}:8055/set-txt`, { method: "POST", body });
  };
  return { mails, trusted, authority: root, publish, ...startReleases(checkout), ...port };
}

/** The mail server's port, and who sits behind it. */
function mailPort(
  mails: ReceivedMail[],
  login: { user: string; password: string },
): Pick<Internet, "startMail" | "stopMail" | "hangMail"> {
  let close: () => Promise<void> = () => Promise.resolve();
  const stopMail = async () => {
    await close();
    close = () => Promise.resolve();
  };
  return {
    stopMail,
    async startMail() {
      await stopMail();
      const server = mailServer(mails, login);
      close = () => new Promise((resolve) => server.close(() => resolve()));
    },
    async hangMail() {
      await stopMail();
      const silent = Bun.listen({ hostname: elsewhere, port: 587, socket: { data() {} } });
      close = () => {
        silent.stop(true);
        return Promise.resolve();
      };
    },
  };
}
