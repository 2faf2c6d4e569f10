// SimpleSAMLphp as an identity provider: Debian's package under PHP's own server, with a configuration of its own in a temporary folder and
// a few people in it.
import { chmod, mkdir, mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createSigningKey } from "#protocols/saml/keys.ts";
import { readSpMetadata } from "#protocols/saml/metadata/read-sp.ts";
import { needs } from "../support/programs.ts";
import { atEnd } from "./ending.ts";
import type { Front } from "./front.ts";

const php = needs("php");
const program = "/usr/share/simplesamlphp";
/** Whether PHP and SimpleSAMLphp are installed. */
export const hasSimpleSaml = php.found && (await Bun.file(`${program}/www/module.php`).exists());

export interface ProvidedPerson {
  readonly user: string;
  readonly password: string;
  readonly uid: string;
  readonly email: string;
  readonly firstName: string;
  readonly lastName: string;
}

export interface SimpleSamlIdp {
  readonly origin: string;
  /** Its metadata, once it runs. */
  metadata(): Promise<string>;
  /** Where somebody signs out there. */
  readonly logoutUrl: string;
  /** Makes a service provider known to it, by our metadata. */
  know(spMetadata: string): Promise<void>;
}

/** Starts it for `host`; it ends after the file's last test. */
export async function startSimpleSaml(
  front: Front,
  host: string,
  people: readonly ProvidedPerson[],
): Promise<SimpleSamlIdp> {
  const folder = await mkdtemp(join(tmpdir(), "weft-simplesaml-"));
  atEnd(() => rm(folder, { recursive: true, force: true }));
  await chmod(folder, 0o755);
  for (const part of ["config", "metadata", "cert", "log", "data", "tmp", "sessions"])
    await mkdir(join(folder, part), { recursive: true });
  const origin = front.origin(host);
  const key = await createSigningKey({ commonName: host, now: new Date(), years: 1 });
  await Bun.write(join(folder, "cert/key.pem"), key.privateKeyPem);
  await Bun.write(join(folder, "cert/certificate.pem"), key.certificatePem);
  await Bun.write(join(folder, "config/config.php"), configOf(folder, origin));
  await Bun.write(join(folder, "config/authsources.php"), sourcesOf(people));
  await Bun.write(join(folder, "metadata/saml20-idp-hosted.php"), hostedOf(origin));
  await Bun.write(join(folder, "metadata/saml20-sp-remote.php"), "<?php\n");
  const port = await run(folder);
  front.route(host, port);
  return {
    origin,
    logoutUrl: `${origin}/saml2/idp/initSLO.php?RelayState=${encodeURIComponent(`${origin}/resources/default.css`)}`,
    async metadata() {
      const answer = await fetch(`http://127.0.0.1:${port}/saml2/idp/metadata.php`);
      const text = await answer.text();
      if (!answer.ok) throw new Error(`SimpleSAMLphp: ${answer.status} ${text}`);
      return text;
    },
    know: (xml) => Bun.write(join(folder, "metadata/saml20-sp-remote.php"), remoteOf(xml)).then(),
  };
}

const quoted = (text: string) => `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;

const configOf = (folder: string, origin: string) => `<?php
$config = [
  'baseurlpath' => ${quoted(`${origin}/`)},
  'certdir' => ${quoted(`${folder}/cert/`)},
  'loggingdir' => ${quoted(`${folder}/log/`)},
  'datadir' => ${quoted(`${folder}/data/`)},
  'tempdir' => ${quoted(`${folder}/tmp`)},
  'metadatadir' => ${quoted(`${folder}/metadata/`)},
  'secretsalt' => ${quoted(crypto.randomUUID())},
  'auth.adminpassword' => ${quoted(crypto.randomUUID())},
  'technicalcontact_email' => 'nobody@example.org',
  'timezone' => 'UTC',
  'logging.handler' => 'errorlog',
  'enable.saml20-idp' => true,
  'module.enable' => ['exampleauth' => true, 'core' => true, 'saml' => true],
  'session.cookie.secure' => true,
  'store.type' => 'phpsession',
  'session.phpsession.savepath' => ${quoted(`${folder}/sessions`)},
  'metadata.sources' => [['type' => 'flatfile']],
  'language.default' => 'en',
];
`;

const sourcesOf = (people: readonly ProvidedPerson[]) => `<?php
$config = ['people' => ['exampleauth:UserPass',
${people.map(sourceOf).join("\n")}
]];
`;

const sourceOf = ({ user, password, ...attributes }: ProvidedPerson): string => {
  const values = Object.entries(attributes).map(
    ([name, value]) => `${quoted(name)} => [${quoted(value)}]`,
  );
  return `  ${quoted(`${user}:${password}`)} => [${values.join(", ")}],`;
};

const hostedOf = (origin: string) => `<?php
$metadata[${quoted(`${origin}/idp`)}] = [
  'host' => '__DEFAULT__',
  'privatekey' => 'key.pem',
  'certificate' => 'certificate.pem',
  'auth' => 'people',
  'signature.algorithm' => 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256',
  'validate.authnrequest' => true,
  'NameIDFormat' => 'urn:oasis:names:tc:SAML:2.0:nameid-format:persistent',
  'authproc' => [
    10 => [
      'class' => 'saml:AttributeNameID',
      'attribute' => 'uid',
      'Format' => 'urn:oasis:names:tc:SAML:2.0:nameid-format:persistent',
    ],
  ],
];
`;

function remoteOf(xml: string): string {
  const { entityId, acs, slo, signingCertificates } = readSpMetadata(xml, { now: new Date() });
  const keys = signingCertificates.map(
    (certificate) =>
      `['type' => 'X509Certificate', 'signing' => true, 'encryption' => false, 'X509Certificate' => ${quoted(certificate)}]`,
  );
  return `<?php
$metadata[${quoted(entityId)}] = [
  'AssertionConsumerService' => ${quoted(acs[0]?.url ?? "")},
  'SingleLogoutService' => ${quoted(slo[0]?.url ?? "")},
  'keys' => [${keys.join(", ")}],
  'validate.authnrequest' => true,
  'sign.logout' => true,
  'validate.logout' => true,
  'NameIDFormat' => 'urn:oasis:names:tc:SAML:2.0:nameid-format:persistent',
];
`;
}

const startMaxSeconds = 10;

async function run(folder: string): Promise<number> {
  const port = await freePort();
  const child = Bun.spawn(
    [php.path, "-d", "opcache.enable=0", "-S", `127.0.0.1:${port}`, "-t", `${program}/www`],
    {
      stdio: ["ignore", "ignore", Bun.file(join(folder, "log/php.log"))],
      env: {
        PATH: process.env["PATH"] ?? "",
        SIMPLESAMLPHP_CONFIG_DIR: join(folder, "config"),
        // Pages load several parts at a time.
        PHP_CLI_SERVER_WORKERS: "4",
      },
    },
  );
  atEnd(async () => {
    child.kill();
    await child.exited;
  });
  const giveUpAt = Date.now() + startMaxSeconds * 1000;
  while (Date.now() < giveUpAt && child.exitCode === null) {
    const answers = await fetch(`http://127.0.0.1:${port}/resources/default.css`).then(
      () => true,
      () => false,
    );
    if (answers) return port;
    await Bun.sleep(50);
  }
  child.kill();
  throw new Error(`PHP did not start: ${await Bun.file(join(folder, "log/php.log")).text()}`);
}

/** A port that was free a moment ago: PHP wants to be told one. */
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
