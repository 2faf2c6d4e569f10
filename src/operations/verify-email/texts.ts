// What `weft verify-email` says about the records of a domain.
import { defineTexts } from "#platform/texts.ts";

const list = (items: readonly string[]) => items.join(", ");

export const texts = defineTexts("verify_email", {
  noAnswer: (name: string) =>
    `the name servers gave no answer about ${name} in time: try again, or set DNS_SERVERS`,
  failed: (name: string, reason: string) => `${name} could not be looked up (${reason})`,
  notPublic: (domain: string) =>
    `${domain} is not a name of the public DNS, so there is nothing to look up`,
  lookupsImpossible: "no name server answered: set DNS_SERVERS to one that can be reached",

  publicKey: "the public key of your mail server",
  sendgridAccount: "your account, as SendGrid shows it",
  mailServer: "your mail server",
  itsAddress: "its address",

  spfMissing: "there is no SPF record: receivers cannot tell who may send for this domain",
  spfUnseen: "receivers do not see this as an SPF record: it has to begin with v=spf1 and a space",
  spfSeveral: (count: number) =>
    `there are ${count} SPF records, and receivers ignore all of them: make one of them`,
  spfBroken: (problem: string) => `receivers ignore the record: ${problem}`,
  spfNoAll: "the record says nothing about servers that it does not name: end it with ~all or -all",
  spfPlusAll: "the record ends with +all: every server in the world may send for this domain",
  spfNeutralAll: "the record ends with ?all, which is as good as no record",
  spfBehindAll: (terms: readonly string[]) =>
    `what stands behind all is never looked at: ${list(terms)}`,
  spfPtr: "ptr is slow and unreliable, and many receivers skip it: take it out",
  spfCircle: (domain: string) => `${domain} includes itself, so receivers ignore the record`,
  spfIncludesNothing: (domain: string) =>
    `${domain} has no SPF record to include, so receivers ignore the record`,
  spfIncludesSeveral: (domain: string, count: number) =>
    `${domain} has ${count} SPF records, so receivers ignore the record`,
  spfIncludesBroken: (domain: string, problem: string) =>
    `the record of ${domain} is broken: ${problem}`,
  spfManyExchanges: (domain: string, count: number) =>
    `${domain} has ${count} mail servers, and mx may stand for 10 at most`,
  spfLookups: (count: number, costs: readonly string[]) =>
    `the record costs ${count} DNS look-ups, and receivers ignore it beyond 10: ${list(costs)}`,
  spfVoids: (names: readonly string[]) =>
    `more than 2 names lead nowhere, so receivers ignore the record: ${list(names)}`,
  spfVoid: (terms: readonly string[]) => `there is nothing behind ${list(terms)}`,
  spfNotProvider: (term: string) =>
    `the provider that sends your mail is not allowed: ${term} is not in the record`,
  spfPass: (lookups: number) => `one sound record, ${lookups} of 10 DNS look-ups`,

  dkimNoSelector: "name the selector that your mail server signs with: --selector NAME",
  dkimMissing: "there is no key of this selector: mail is not signed, or nobody can check it",
  dkimDangling: (target: string) => `the alias leads to ${target}, where there is no key`,
  dkimOther: "what is published here is not a DKIM key",
  dkimSeveral: (count: number) =>
    `there are ${count} keys at one name: receivers may take any of them`,
  dkimBroken: (problem: string) => `receivers cannot use the key: ${problem}`,
  dkimRevoked: "the key was withdrawn (p= is empty): signatures made with it count as none",
  dkimTooShort: (bits: number) =>
    `the RSA key has ${bits} bits: receivers take signatures below 1024 bits for none`,
  dkimShort: (bits: number) => `the RSA key has ${bits} bits: 2048 are asked for`,
  dkimTesting: "the key is marked as under test (t=y): receivers treat the mail as unsigned",
  dkimPass: (bits: number) => `an RSA key of ${bits} bits`,
  dkimEd25519: "an Ed25519 key",

  dmarcMissing: (places: readonly string[]) =>
    `there is no DMARC record for ${places.join(" or ")}: receivers decide by themselves what to do with forged mail`,
  dmarcUnseen: "receivers do not see this as a DMARC record: it has to begin with v=DMARC1;",
  dmarcSeveral: (count: number) =>
    `there are ${count} DMARC records, and receivers ignore all of them: keep one`,
  dmarcBroken: (problem: string) => `receivers ignore the record or a part of it: ${problem}`,
  dmarcFromAbove: (domain: string) => ` (by the record of ${domain})`,
  dmarcNone: (tag: string) =>
    `${tag}=none asks for reports only: forged mail is delivered all the same`,
  dmarcPercent: (percent: number) => `the policy holds for ${percent} of 100 forged messages`,
  dmarcPass: (policy: string) => `forged mail: ${policy}`,

  mxNoSuchDomain: (domain: string) =>
    `there is no domain ${domain}: set FROM_EMAIL to an address of a domain of yours`,
  mxMissing:
    "no mail server takes mail for this domain: bounces and answers are lost, and some receivers refuse such senders",
  mxNull: "a null MX says that this domain takes no mail: many receivers refuse mail from it",
  mxAddress: (host: string) => `${host} is an address: an MX record has to name a host`,
  mxNowhere: (host: string) => `the mail server ${host} has no address`,
  mxPass: (count: number) => (count === 1 ? "one mail server" : `${count} mail servers`),
});
