// Why a request to another server was not made or failed, in words for the administrator who named that server.
import { defineTexts } from "#platform/texts.ts";

export const texts = defineTexts("outbound", {
  refused: "That address is not one WeftID connects to",
  failed: "The other server could not be reached",
  tooLarge: "The other server's answer is too large",
  timeout: "The other server took too long to answer",

  notAnAddress: "This is not a complete web address, such as https://idp.example.com/metadata",
  notHttps: "The address has to start with https://",
  hasCredentials: "The address must not hold a user name or password",
  badPort: (port: string) =>
    `Port ${port} is not allowed: leave the port out, or use one from 1024 on`,
  notPublic: (host: string) =>
    `${host} is not on the public internet, so it is not connected to from here`,
  unknownHost: (host: string) => `No server is known by the name ${host}`,
  redirected: (host: string) => `${host} sends on to another place: enter the final address`,
  redirectedElsewhere: (host: string, to: string) =>
    `${host} sends on to ${to}: enter the address there, if you trust it`,
  unreachable: (host: string) => `${host} does not accept connections`,
  brokenOff: (host: string) => `${host} ended the connection before its answer was complete`,
  wrongCertificateName: (host: string) => `The certificate of ${host} is for another name`,
  expiredCertificate: (host: string) => `The certificate of ${host} is not valid at this time`,
  untrustedCertificate: (host: string) =>
    `The certificate of ${host} is not signed by an authority that is trusted here`,
  noTls: (host: string) => `${host} does not speak HTTPS at this port`,
  notHttp: (host: string) => `${host} gave an answer that is not valid HTTP`,
  tookTooLong: (host: string, seconds: number) => `${host} did not answer within ${seconds} s`,
  noAnswerInTime: (host: string) => `${host} did not answer in time`,
  cancelled: (host: string) => `The request to ${host} was cancelled`,
  answerTooLarge: (host: string, bytes: number) =>
    `The answer of ${host} is larger than ${Math.ceil(bytes / 1024)} KiB`,
});
