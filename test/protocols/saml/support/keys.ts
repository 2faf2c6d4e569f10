// Keys for tests, made once per run. `ours` signs what we send, `theirs` what a service provider sends.

import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createSigningKey, loadSigningKey } from "#protocols/saml/keys.ts";

const now = new Date("2026-03-01T12:00:00Z");

async function aKey(commonName: string) {
  const created = await createSigningKey({ commonName, now, years: 10 });
  return { ...created, signing: loadSigningKey(created) };
}

export const [ours, oursNext, theirs, theirsNext, stranger] = await Promise.all([
  aKey("ours"),
  aKey("ours next"),
  aKey("theirs"),
  aKey("theirs next"),
  aKey("stranger"),
]);
export type TestKey = Awaited<ReturnType<typeof aKey>>;

/** A self-signed certificate made by openssl, for keys that we would never make. */
export function anOpensslKey(...newkey: string[]): {
  privateKeyPem: string;
  certificatePem: string;
} {
  const folder = mkdtempSync(join(tmpdir(), "saml-key-"));
  try {
    const [key, certificate] = [join(folder, "key.pem"), join(folder, "certificate.pem")];
    execFileSync(
      "openssl",
      [
        "req",
        "-x509",
        "-nodes",
        "-subj",
        "/CN=test",
        "-keyout",
        key,
        "-out",
        certificate,
        ...newkey,
      ],
      { stdio: "ignore" },
    );
    return {
      privateKeyPem: readFileSync(key, "utf8"),
      certificatePem: readFileSync(certificate, "utf8"),
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
