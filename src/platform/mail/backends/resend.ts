// Delivery by Resend's API: its own client makes the request, our way out sends it.
import type { Outbound } from "#platform/outbound/fetch.ts";
import type { ComposedMail, Deliver } from "../message.ts";
import { baseUrlOf, judgeStatus, type ProviderSettings, unreached } from "./provider.ts";

const provider = "Resend";

export function resendDeliver(settings: ProviderSettings, outbound: Outbound): Deliver {
  const baseUrl = baseUrlOf(settings, "https://api.resend.com");
  return async (mail, signal) => {
    const { Resend } = await import("resend");
    let status = 0;
    let words = "";
    const client = new Resend(settings.apiKey, { baseUrl });
    // The one method through which its client reaches the network.
    Object.assign(client, {
      async fetchRequest(path: string, request: { headers: Headers; body: string }) {
        const answer = await outbound.fetch(baseUrl + path, {
          method: "POST",
          headers: Object.fromEntries(request.headers),
          body: request.body,
          signal,
        });
        status = answer.status;
        words = answer.text();
        return { data: {}, error: null, headers: null };
      },
    });
    try {
      // The same key for every attempt: Resend answers a repeated one without sending again.
      await client.emails.send(messageOf(mail), { idempotencyKey: mail.id });
    } catch (error) {
      return unreached(provider, error);
    }
    return judgeStatus(provider, status, words);
  };
}

const messageOf = ({
  from,
  to,
  subject,
  text,
  html,
  pictures,
  messageId,
  headers,
}: ComposedMail) => ({
  from: `${quoted(from.name)} <${from.address}>`,
  to: [to],
  subject,
  text,
  html,
  headers: { ...headers, "Message-ID": messageId },
  ...(pictures.length > 0
    ? {
        attachments: pictures.map(({ cid, fileName, mediaType, content }) => ({
          contentId: cid,
          filename: fileName,
          contentType: mediaType,
          content: content.toString("base64"),
        })),
      }
    : {}),
});

/** A display name as a quoted string (RFC 5322 §3.2.4), so that none of its characters counts as syntax. */
const quoted = (name: string): string => `"${name.replace(/["\\]/g, "\\$&")}"`;
