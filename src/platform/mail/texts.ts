// What the frame around every message says, the operator's test message, and why a message was not delivered.
import { defineTexts } from "#platform/texts.ts";

export const texts = defineTexts("mail", {
  product: "WeftID",
  /** Language of the messages, for screen readers. */
  language: "en",
  footer: (tenant: string, address: string) =>
    `${tenant} sent this message with WeftID. You sign in at ${address}`,
  footerAutomatic: "Nobody reads replies to this address.",
  linkFallback: "If the button does not work, copy this address into your browser:",

  testSubject: "WeftID test message",
  testText: "This message shows that WeftID can send mail with its present settings.",
  testFooter: "An operator sent it with the command weft mail send-test.",

  plain: "not encrypted",
  notAnAddress: "the recipient is not an e-mail address",
  cancelled: "sending was cancelled",
  unreadable: "the stored message cannot be opened: SECRET_KEY was replaced",
  abandoned: "delivery was not finished in time",
  smtpRefused: (code: number, words: string) => `the mail server refused it (${code}): ${words}`,
  smtpFailed: (words: string) => `the mail server could not take it: ${words}`,
  providerAnswer: (provider: string, status: number, words: string) =>
    `${provider} answered ${status}: ${words || "no explanation"}`,
  keyMayNotSend: (provider: string) => `the API key of ${provider} may not send mail`,
  domainUnknown: (provider: string, domain: string) =>
    `${provider} does not know the domain ${domain} of FROM_EMAIL`,
  domainUnverified: (provider: string, domain: string) =>
    `${provider} has not verified the domain ${domain} of FROM_EMAIL yet`,
  folderNotWritable: (path: string, reason: string) => `${path} cannot be written to: ${reason}`,
  providerUnreached: (provider: string, reason: string) =>
    `${provider} could not be reached: ${reason}`,
});
