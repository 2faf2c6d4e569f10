// Delivery by SendGrid's Mail Send API (v3): its own client makes the request, our way out sends it.
import type { Outbound } from "#platform/outbound/fetch.ts";
import type { ComposedMail, Deliver, Delivery } from "../message.ts";
import { baseUrlOf, judgeStatus, type ProviderSettings, unreached } from "./provider.ts";

const provider = "SendGrid";

/** The part that is used of the package, whose own types do not tell of its class. */
interface SendgridMail {
  readonly MailService: new () => {
    setClient(client: { request(request: SendgridRequest): Promise<unknown> }): void;
    send(message: ReturnType<typeof messageOf>): Promise<unknown>;
  };
}
interface SendgridRequest {
  readonly url: string;
  readonly body: unknown;
}

export function sendgridDeliver(settings: ProviderSettings, outbound: Outbound): Deliver {
  const baseUrl = baseUrlOf(settings, "https://api.sendgrid.com");
  return async (mail, signal) => {
    const service = await newService();
    let delivery: Delivery | undefined;
    service.setClient({
      async request({ url, body }) {
        const answer = await outbound.fetch(baseUrl + url, {
          method: "POST",
          headers: {
            authorization: `Bearer ${settings.apiKey}`,
            "content-type": "application/json",
          },
          body: JSON.stringify(body),
          accept: "application/json",
          signal,
        });
        delivery = judgeStatus(provider, answer.status, answer.text());
        return [answer, {}];
      },
    });
    try {
      await service.send(messageOf(mail));
    } catch (error) {
      return unreached(provider, error);
    }
    if (!delivery) throw new Error("SendGrid's client made no request");
    return delivery;
  };
}

/** Loaded with the first mail: the package brings an HTTP client of its own that is never used. */
async function newService() {
  const { default: mail } = await import("@sendgrid/mail");
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- its types describe the instance alone
  const { MailService } = mail as unknown as SendgridMail;
  return new MailService();
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
  from: { email: from.address, name: from.name },
  to: { email: to },
  subject,
  text,
  html,
  headers: { ...headers, "Message-ID": messageId },
  ...(pictures.length > 0
    ? {
        attachments: pictures.map(({ cid, fileName, mediaType, content }) => ({
          content_id: cid, // its client renames nothing inside a list
          filename: fileName,
          type: mediaType,
          disposition: "inline",
          content: content.toString("base64"),
        })),
      }
    : {}),
  // Rewritten links would carry one-time secrets through a third party, and break the address shown.
  trackingSettings: {
    clickTracking: { enable: false, enableText: false },
    openTracking: { enable: false },
  },
});
