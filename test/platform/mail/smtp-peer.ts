// A mail server on this machine, with a certificate of the test's own authority.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { type ParsedMail, simpleParser } from "mailparser";
import { SMTPServer, type SMTPServerOptions } from "smtp-server";
import type { SmtpSettings } from "#platform/mail/backends/smtp.ts";
import { type Authority, createAuthority } from "../outbound/authority.ts";

export interface ReceivedMail {
  readonly raw: string;
  readonly mail: ParsedMail;
  readonly from: string;
  readonly to: readonly string[];
  readonly wasEncrypted: boolean;
  readonly user: string | undefined;
}

interface Peer extends AsyncDisposable {
  /** How to reach it: believing its authority, over STARTTLS. */
  readonly settings: SmtpSettings;
  readonly received: ReceivedMail[];
  /** Commands seen after the greeting, by name. */
  readonly commands: string[];
}

export interface PeerOptions {
  readonly names?: readonly string[];
  readonly days?: number;
  readonly implicit?: boolean;
  /** Whose certificates the sender believes; the server's own authority by default. */
  readonly believed?: Authority;
  readonly server?: SMTPServerOptions;
}

/** Replies `code` to a step. */
export const reply = (code: number, words: string): Error =>
  Object.assign(new Error(words), { responseCode: code });

export async function smtpPeer(options: PeerOptions = {}): Promise<Peer> {
  const authority = createAuthority();
  const directory = await mkdtemp(join(tmpdir(), "weft-smtp-"));
  const caFile = join(directory, "ca.pem");
  await writeFile(caFile, (options.believed ?? authority).ca);
  const received: ReceivedMail[] = [];
  const commands: string[] = [];
  const server = new SMTPServer({
    ...authority.certify(options.names ?? ["127.0.0.1"], options.days),
    secure: options.implicit ?? false,
    authOptional: true,
    disableReverseLookup: true,
    onMailFrom(_, __, done) {
      commands.push("MAIL");
      done();
    },
    onData(stream, session, done) {
      void (async () => {
        const raw = await text(stream);
        received.push({
          raw,
          mail: await simpleParser(raw),
          from: session.envelope.mailFrom ? session.envelope.mailFrom.address : "",
          to: session.envelope.rcptTo.map(({ address }) => address),
          wasEncrypted: session.secure,
          user: session.user,
        });
        done();
      })();
    },
    ...options.server,
  });
  server.on("error", () => undefined);
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const address = server.server.address();
  return {
    received,
    commands,
    settings: {
      kind: "smtp",
      host: "127.0.0.1",
      port: typeof address === "object" ? (address?.port ?? 0) : 0,
      login: null,
      tls: options.implicit ? "implicit" : "starttls",
      caFile,
    },
    async [Symbol.asyncDispose]() {
      await new Promise<void>((closed) => server.close(() => closed()));
      await rm(directory, { recursive: true });
    },
  };
}
