// Debian's Apache with mod_auth_mellon (lasso) as a service provider: an ordinary process with a configuration of its own in a
// temporary folder. One page is protected and prints what mellon learned about the person.
import { atEnd } from "./ending.ts";
import { chmod, mkdir, mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { createSigningKey } from "#protocols/saml/keys.ts";
import { needs } from "../support/programs.ts";
import type { Front } from "./front.ts";

const apache = needs("apache2");
const modules = "/usr/lib/apache2/modules";
/** Whether Apache and its mellon module are installed. */
export const hasMellon = apache.found && (await Bun.file(`${modules}/mod_auth_mellon.so`).exists());

export interface MellonSp {
  /** How browsers reach it. */
  readonly origin: string;
  /** The page that only a signed-in person sees. */
  readonly protectedUrl: string;
  /** The same without showing anything on the way (IsPassive). */
  readonly passiveUrl: string;
  readonly metadata: string;
  /** Starts the server, now that the identity provider's metadata is known. It ends after the file's last test. */
  start(idpMetadata: string): Promise<void>;
}

/** Prepares it for `host`: its key and metadata are there before it runs. */
export async function prepareMellon(front: Front, host: string): Promise<MellonSp> {
  const folder = await mkdtemp(join(tmpdir(), "weft-mellon-"));
  await chmod(folder, 0o755);
  atEnd(() => rm(folder, { recursive: true, force: true }));
  const origin = front.origin(host);
  const key = await createSigningKey({ commonName: host, now: new Date(), years: 1 });
  const metadata = metadataOf(origin, key.certificatePem);
  await Bun.write(join(folder, "key.pem"), key.privateKeyPem);
  await Bun.write(join(folder, "certificate.pem"), key.certificatePem);
  await Bun.write(join(folder, "sp.xml"), metadata);
  await Bun.write(join(folder, "pages/private/index.shtml"), page);
  await Bun.write(join(folder, "pages/index.html"), "open to all");
  const protectedUrl = `${origin}/private/`;
  return {
    origin,
    protectedUrl,
    metadata,
    passiveUrl: `${origin}/mellon/login?${new URLSearchParams({ ReturnTo: protectedUrl, IsPassive: "true" })}`,
    async start(idpMetadata) {
      await Bun.write(join(folder, "idp.xml"), idpMetadata);
      const port = await run(folder, origin);
      front.route(host, port);
    },
  };
}

/** As `mellon_create_metadata` writes it: requests are signed. */
const metadataOf = (origin: string, certificatePem: string) => {
  const certificate = certificatePem.replace(/-----[A-Z ]+-----|\s/g, "");
  const key =
    `<KeyDescriptor use="signing"><ds:KeyInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:X509Data>` +
    `<ds:X509Certificate>${certificate}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></KeyDescriptor>`;
  return (
    `<EntityDescriptor entityID="${origin}/mellon/metadata" xmlns="urn:oasis:names:tc:SAML:2.0:metadata">` +
    `<SPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol" AuthnRequestsSigned="true">${key}` +
    `<SingleLogoutService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="${origin}/mellon/logout"/>` +
    `<AssertionConsumerService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="${origin}/mellon/postResponse" index="0"/>` +
    `</SPSSODescriptor></EntityDescriptor>`
  );
};

const page = `<!doctype html><html lang="en"><title>Mail</title><h1>Mail</h1><pre id="facts"><!--#printenv --></pre>`;

const loaded = [
  ["mpm_event_module", "mod_mpm_event.so"],
  ["authn_core_module", "mod_authn_core.so"],
  ["authz_core_module", "mod_authz_core.so"],
  ["authz_user_module", "mod_authz_user.so"],
  ["dir_module", "mod_dir.so"],
  ["mime_module", "mod_mime.so"],
  ["include_module", "mod_include.so"],
  ["auth_mellon_module", "mod_auth_mellon.so"],
];

function configurationOf(folder: string, origin: string, port: number): string {
  return `
ServerRoot "${folder}"
ServerName ${origin}
UseCanonicalName On
Listen 127.0.0.1:${port}
PidFile "${folder}/apache.pid"
DefaultRuntimeDir "${folder}/run"
Mutex "file:${folder}/run" default
ErrorLog "${folder}/error.log"
StartServers 1
ThreadsPerChild 8
MaxRequestWorkers 8
${loaded.map(([name, file]) => `LoadModule ${name} ${modules}/${file}`).join("\n")}
${userInfo().uid === 0 ? "User www-data\nGroup www-data" : ""}
TypesConfig /dev/null
AddType text/html .html .shtml
AddDefaultCharset utf-8
AddOutputFilter INCLUDES .shtml
DirectoryIndex index.shtml index.html
DocumentRoot "${folder}/pages"
MellonLockFile "${folder}/run/mellon.lock"
<Directory "${folder}/pages">
  Options +Includes
  Require all granted
</Directory>
<Location />
  MellonEnable "info"
  MellonEndpointPath "/mellon"
  MellonSPPrivateKeyFile "${folder}/key.pem"
  MellonSPCertFile "${folder}/certificate.pem"
  MellonSPMetadataFile "${folder}/sp.xml"
  MellonIdPMetadataFile "${folder}/idp.xml"
  MellonSecureCookie On
  MellonCookieSameSite None
  MellonUser "NAME_ID"
  MellonDefaultLoginPath "/private/"
  MellonMergeEnvVars On
  MellonSignatureMethod rsa-sha256
</Location>
<Location /private>
  MellonEnable "auth"
  AuthType "Mellon"
  Require valid-user
</Location>
`;
}

const startMaxSeconds = 10;

async function run(folder: string, origin: string): Promise<number> {
  const port = await freePort();
  await mkdir(join(folder, "run"), { recursive: true });
  await chmod(join(folder, "run"), 0o777);
  const file = join(folder, "apache.conf");
  await Bun.write(file, configurationOf(folder, origin, port));
  const child = Bun.spawn([apache.path, "-X", "-f", file], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  atEnd(async () => {
    child.kill();
    await child.exited;
  });
  const giveUpAt = Date.now() + startMaxSeconds * 1000;
  while (Date.now() < giveUpAt && child.exitCode === null) {
    const answers = await fetch(`http://127.0.0.1:${port}/`).then(
      () => true,
      () => false,
    );
    if (answers) return port;
    await Bun.sleep(50);
  }
  child.kill();
  const log = await Bun.file(join(folder, "error.log"))
    .text()
    .catch(() => "");
  throw new Error(`Apache did not start: ${await new Response(child.stderr).text()}${log}`);
}

/** A port that was free a moment ago: Apache wants to be told one. */
function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address ? address.port : 0));
    });
  });
}

/** What the protected page printed: every `MELLON_…` variable by its name, without the prefix. */
export function mellonFacts(printed: string): Record<string, string> {
  const lines = Array.from(printed.matchAll(/^MELLON_([^=]+)=(.*)$/gm));
  // Apache escapes for HTML what it hands over as well as what it prints.
  const plain = (value: string) => value.replaceAll("&amp;", "&");
  return Object.fromEntries(lines.map(([, name, value]) => [name ?? "", plain(value ?? "")]));
}
