// Whether the configured way would take mail, found out without sending any: for the operator's doctor.
import { access, constants, mkdir } from "node:fs/promises";
import { z } from "zod";
import type { Outbound, OutboundResponse } from "#platform/outbound/fetch.ts";
import { outboundReason } from "#platform/outbound/errors.ts";
import { maskEmails } from "#platform/log.ts";
import { baseUrlOf, type ProviderSettings } from "./backends/provider.ts";
import { smtpProblem } from "./backends/smtp.ts";
import { texts } from "./texts.ts";
import type { MailSettings } from "./transport.ts";

/** Null when mail would be taken, else why not. Does not throw for what a mail server says or does. */
export async function mailProblem(
  { from, backend }: MailSettings,
  outbound: Outbound,
  signal: AbortSignal,
): Promise<string | null> {
  switch (backend.kind) {
    case "smtp":
      return await smtpProblem(backend);
    case "sendgrid":
      return await ask(backend, { outbound, signal, path: "/v3/scopes" }, sendgridProblem);
    case "resend":
      return await ask(backend, { outbound, signal, path: "/domains" }, (answer) =>
        resendProblem(answer, from.slice(from.lastIndexOf("@") + 1).toLowerCase()),
      );
    case "mailbox":
      return await folderProblem(backend.path);
    default:
      return backend satisfies never;
  }
}

const usual = { sendgrid: "https://api.sendgrid.com", resend: "https://api.resend.com" } as const;
const names = { sendgrid: "SendGrid", resend: "Resend" } as const;

async function ask(
  settings: ProviderSettings,
  { outbound, signal, path }: { outbound: Outbound; signal: AbortSignal; path: string },
  judge: (answer: OutboundResponse) => string | null,
): Promise<string | null> {
  const { kind, apiKey } = settings;
  try {
    const answer = await outbound.fetch(baseUrlOf(settings, usual[kind]) + path, {
      headers: { authorization: `Bearer ${apiKey}` },
      accept: "application/json",
      signal,
    });
    return judge(answer);
  } catch (error) {
    const reason = outboundReason(error);
    if (reason === null) throw error;
    return texts.providerUnreached(names[kind], reason);
  }
}

const Scopes = z.object({ scopes: z.array(z.string()) });

function sendgridProblem(answer: OutboundResponse): string | null {
  const scopes = read(Scopes, answer);
  if (answer.status === 200 && scopes)
    return scopes.scopes.includes("mail.send") ? null : texts.keyMayNotSend("SendGrid");
  return refusal("SendGrid", answer);
}

const Domains = z.object({ data: z.array(z.object({ name: z.string(), status: z.string() })) });
const Problem = z.object({ name: z.string() });

function resendProblem(answer: OutboundResponse, domain: string): string | null {
  const domains = read(Domains, answer);
  if (answer.status === 200 && domains) {
    const ours = domains.data.find(({ name }) => name.toLowerCase() === domain);
    if (!ours) return texts.domainUnknown("Resend", domain);
    return ours.status === "verified" ? null : texts.domainUnverified("Resend", domain);
  }
  // A key that may send and nothing else: as good as it gets.
  if (read(Problem, answer)?.name === "restricted_api_key") return null;
  return refusal("Resend", answer);
}

const refusal = (provider: string, answer: OutboundResponse): string =>
  texts.providerAnswer(provider, answer.status, maskEmails(answer.text()).slice(0, 300));

function read<T>(shape: z.ZodType<T>, answer: OutboundResponse): T | null {
  try {
    return shape.safeParse(JSON.parse(answer.text())).data ?? null;
  } catch {
    return null; // not JSON: the status alone speaks
  }
}

async function folderProblem(path: string): Promise<string | null> {
  try {
    await mkdir(path, { recursive: true, mode: 0o700 });
    await access(path, constants.W_OK);
    return null;
  } catch (error) {
    return texts.folderNotWritable(path, error instanceof Error ? error.message : String(error));
  }
}
