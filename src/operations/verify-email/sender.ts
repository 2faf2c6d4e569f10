// What the way our mail takes asks of the DNS: who sends in our name, and under which names the signing keys are.
import { isIP } from "node:net";
import { isPublicAddress } from "#platform/outbound/address.ts";
import type { MailBackend } from "#src/config.ts";
import { txtLine } from "./findings.ts";
import { texts } from "./texts.ts";

export interface Sender {
  /** The name whose SPF record counts: that of the envelope's sender, which some providers set below the domain of From. */
  spfName(domain: string): string;
  /** The mechanism that lets this provider send; null where it cannot be told. */
  readonly spfTerm: string | null;
  /** Whether `spfTerm` is the provider's one way, so that a record without it is not for this provider. */
  readonly isSpfTermSure: boolean;
  readonly selectors: readonly string[];
  /** The line to publish for a selector, with what only the provider knows in angle brackets. */
  dkimLine(selector: string, domain: string): string;
}

/** Relays by the end of their host name, and what their customers include. */
const relays: readonly (readonly [host: RegExp, include: string])[] = [
  [/(^|\.)sendgrid\.net$/, "sendgrid.net"],
  [/(^|\.)resend\.com$/, "amazonses.com"],
  [/(^|\.)amazonaws\.com$/, "amazonses.com"],
  [/(^|\.)mailgun\.org$/, "mailgun.org"],
  [/(^|\.)postmarkapp\.com$/, "spf.mtasv.net"],
  [/(^|\.)(google|gmail)\.com$/, "_spf.google.com"],
  [/(^|\.)(office365|outlook)\.com$/, "spf.protection.outlook.com"],
  [/(^|\.)brevo\.com$/, "spf.brevo.com"],
  [/(^|\.)mailjet\.com$/, "spf.mailjet.com"],
];

const own = (domain: string) => domain;
const keyName = (selector: string, domain: string) => `${selector}._domainkey.${domain}`;
const keyLine = (selector: string, domain: string) =>
  txtLine(keyName(selector, domain), `v=DKIM1; k=rsa; p=<${texts.publicKey}>`);

/** `selectors` as the operator named them, or none. */
export function senderOf(backend: MailBackend, selectors: readonly string[]): Sender {
  const chosen = (usual: readonly string[]) => (selectors.length > 0 ? selectors : usual);
  switch (backend.kind) {
    case "sendgrid":
      return {
        spfName: own,
        spfTerm: "include:sendgrid.net",
        // With SendGrid's own return path the record of From's domain is not looked at.
        isSpfTermSure: false,
        selectors: chosen(["s1", "s2"]),
        dkimLine: (selector, domain) =>
          `${keyName(selector, domain)}. IN CNAME ${selector}.domainkey.<${texts.sendgridAccount}>.wl.sendgrid.net.`,
      };
    case "resend":
      return {
        spfName: (domain) => `send.${domain}`,
        spfTerm: "include:amazonses.com",
        isSpfTermSure: true,
        selectors: chosen(["resend"]),
        dkimLine: keyLine,
      };
    case "smtp":
      return { ...relay(backend.host), selectors: chosen([]), dkimLine: keyLine };
    case "mailbox":
      return { ...relay(""), selectors: chosen([]), dkimLine: keyLine };
    default:
      return backend satisfies never;
  }
}

function relay(host: string): Pick<Sender, "spfName" | "spfTerm" | "isSpfTermSure"> {
  const include = relays.find(([end]) => end.test(host.toLowerCase()))?.[1];
  if (include) return { spfName: own, spfTerm: `include:${include}`, isSpfTermSure: true };
  const version = isPublicAddress(host) ? isIP(host) : 0;
  const isName = isIP(host) === 0 && host.includes(".");
  const spfTerm = version ? `ip${version}:${host}` : isName ? `a:${host}` : null;
  // A relay of one's own may send from other addresses than it takes mail at.
  return { spfName: own, spfTerm, isSpfTermSure: false };
}
