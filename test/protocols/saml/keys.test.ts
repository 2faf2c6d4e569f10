import { describe, expect, test } from "bun:test";
import { execFileSync } from "node:child_process";
import { createPrivateKey, X509Certificate } from "node:crypto";
import { createSigningKey, loadSigningKey, readCertificate } from "#protocols/saml/keys.ts";
import { codeOf } from "./support/codes.ts";
import { anOpensslKey, ours, theirs } from "./support/keys.ts";

const now = new Date("2026-03-01T12:00:00.123Z");

describe("createSigningKey", () => {
  test("makes an RSA-2048 key and a certificate that others read", async () => {
    const created = await createSigningKey({ commonName: 'Ä, b=c+"d" & <e>', now, years: 10 });
    expect(created.privateKeyPem).toStartWith("-----BEGIN PRIVATE KEY-----\n");
    const certificate = new X509Certificate(created.certificatePem);
    expect(certificate.publicKey.asymmetricKeyDetails?.modulusLength).toBe(2_048);
    expect(certificate.verify(certificate.publicKey)).toBe(true);
    expect(certificate.checkPrivateKey(createPrivateKey(created.privateKeyPem))).toBe(true);
    expect(new Date(certificate.validFrom)).toEqual(new Date("2026-03-01T11:00:00Z"));
    expect(new Date(certificate.validTo)).toEqual(new Date("2036-03-01T12:00:00Z"));
    expect(created.notAfter).toEqual(new Date("2036-03-01T12:00:00Z"));
    expect(created.fingerprintSha256).toMatch(/^[0-9A-F]{2}(:[0-9A-F]{2}){31}$/);
    const { input, stdio } = { input: created.certificatePem, stdio: "pipe" as const };
    const text = execFileSync("openssl", ["x509", "-noout", "-text", "-nameopt", "utf8"], {
      input,
      stdio,
    }).toString();
    expect(text).toContain('Subject: CN=Ä, b=c+"d" & <e>');
    expect(text).toContain("Digital Signature");
    expect(text).toContain("Version: 3");
  });

  test("never makes the same key or serial number twice", () => {
    const [a, b] = [ours, theirs].map(({ certificatePem }) => new X509Certificate(certificatePem));
    expect(a!.serialNumber).not.toBe(b!.serialNumber);
    expect(a!.fingerprint256).not.toBe(b!.fingerprint256);
  });

  test("writes years after 2049 and cuts a name that X.509 cannot hold", async () => {
    const created = await createSigningKey({ commonName: "x".repeat(100), now, years: 30 });
    const certificate = new X509Certificate(created.certificatePem);
    expect(new Date(certificate.validTo).getUTCFullYear()).toBe(2056);
    expect(certificate.subject).toBe(`CN=${"x".repeat(64)}`);
  });

  test("leaves the event loop free", async () => {
    let ticks = 0;
    const timer = setInterval(() => (ticks += 1), 1);
    await Promise.all(
      Array.from({ length: 4 }, () => createSigningKey({ commonName: "x", now, years: 1 })),
    );
    clearInterval(timer);
    expect(ticks).toBeGreaterThan(10);
  });
});

describe("loadSigningKey", () => {
  test("refuses a certificate of another key", () => {
    const { privateKeyPem } = ours;
    expect(
      codeOf(() => loadSigningKey({ privateKeyPem, certificatePem: ours.certificatePem })),
    ).toBe("accepted");
    expect(
      codeOf(() => loadSigningKey({ privateKeyPem, certificatePem: theirs.certificatePem })),
    ).toBe("certificate_invalid");
  });
});

describe("readCertificate", () => {
  const summary = readCertificate(ours.certificatePem);

  test("answers alike for PEM, bare base64 and base64 in lines", () => {
    expect(summary.pem).toBe(ours.certificatePem);
    expect(readCertificate(summary.base64)).toEqual(summary);
    expect(readCertificate(`\n  ${summary.base64.replace(/.{40}/g, "$&\r\n  ")}\n`)).toEqual(
      summary,
    );
    expect(readCertificate(ours.certificatePem.replaceAll("\n", "\r\n"))).toEqual(summary);
  });

  test("tells subject, dates, fingerprint and kind of key", () => {
    expect(summary).toMatchObject({
      subject: "CN=ours",
      notAfter: new Date("2036-03-01T12:00:00Z"),
      notBefore: new Date("2026-03-01T11:00:00Z"),
      fingerprintSha256: ours.fingerprintSha256,
      keyDescription: "RSA 2048",
    });
    const curve = anOpensslKey("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256");
    expect(readCertificate(curve.certificatePem).keyDescription).toBe("EC prime256v1");
  });

  test.each([
    ["nothing", ""],
    ["text", "hello, world"],
    ["base64 of something else", "AAAA"],
    ["a private key", ours.privateKeyPem],
    ["two certificates at once", ours.certificatePem + theirs.certificatePem],
    ["bytes behind the certificate", appended(ours.certificatePem)],
  ])("refuses %s", (_, text) => {
    expect(codeOf(() => readCertificate(text))).toBe("certificate_invalid");
  });
});

function appended(certificatePem: string): string {
  const { raw } = new X509Certificate(certificatePem);
  return Buffer.concat([raw, Buffer.from([1, 2, 3])]).toString("base64");
}
