// Delivery by SendGrid and Resend, to peers that record what they are sent and answer as they are told.
import { describe, expect, test } from "bun:test";
import { systemClock } from "#platform/clock.ts";
import type { OutgoingMail } from "#platform/mail/message.ts";
import { createMailTransport } from "#platform/mail/transport.ts";
import { serve, wayOut } from "../outbound/peers.ts";

const mail: OutgoingMail = {
  id: "0198c0de-0000-7000-8000-000000000001",
  fromName: 'Acme "Söhne" <x@y.example>',
  to: "jane@acme.example",
  subject: "Grüße",
  text: "Hello {{name}} $ %",
  html: "<p>Hello</p>",
};

interface Recorded {
  readonly path: string;
  readonly headers: Headers;
  readonly body: unknown;
}

/** One message sent to a provider that answers so. */
async function attempt(kind: "sendgrid" | "resend", answer: () => Response, slash = "") {
  const recorded: Recorded[] = [];
  await using peer = serve(async (request) => {
    const { pathname: path } = new URL(request.url);
    recorded.push({ path, headers: new Headers(request.headers), body: await request.json() });
    return answer();
  });
  const backend = { kind, apiKey: "key-1", baseUrl: peer.origin + slash };
  const transport = createMailTransport(
    { from: "no-reply@id.example", backend },
    wayOut().outbound,
    systemClock,
  );
  const delivery = await transport.send(mail);
  return {
    outcome: delivery.outcome,
    words: delivery.outcome === "accepted" ? "" : delivery.reason,
    recorded,
  };
}

describe("SendGrid", () => {
  test("gets the message at /v3/mail/send, with tracking off", async () => {
    const { outcome, recorded } = await attempt(
      "sendgrid",
      () => new Response(null, { status: 202 }),
      "/",
    );
    expect(outcome).toBe("accepted");
    expect(recorded).toHaveLength(1);
    expect(recorded[0]?.path).toBe("/v3/mail/send");
    expect(recorded[0]?.headers.get("authorization")).toBe("Bearer key-1");
    expect(recorded[0]?.headers.get("content-type")).toBe("application/json");
    expect(recorded[0]?.body).toEqual({
      from: { email: "no-reply@id.example", name: 'Acme "Söhne" <x@y.example>' },
      personalizations: [{ to: [{ email: "jane@acme.example" }] }],
      subject: "Grüße",
      content: [
        { type: "text/plain", value: "Hello {{name}} $ %" },
        { type: "text/html", value: "<p>Hello</p>" },
      ],
      headers: {
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
        "Message-ID": "<0198c0de-0000-7000-8000-000000000001@id.example>",
      },
      tracking_settings: {
        click_tracking: { enable: false, enable_text: false },
        open_tracking: { enable: false },
      },
    });
  });
});

describe("Resend", () => {
  test("gets the message at /emails, with the mail's id as idempotency key", async () => {
    const { outcome, recorded } = await attempt("resend", () => Response.json({ id: "1" }), "/");
    expect(outcome).toBe("accepted");
    expect(recorded).toHaveLength(1);
    expect(recorded[0]?.path).toBe("/emails");
    expect(recorded[0]?.headers.get("authorization")).toBe("Bearer key-1");
    expect(recorded[0]?.headers.get("idempotency-key")).toBe(mail.id);
    expect(recorded[0]?.body).toEqual({
      from: '"Acme \\"Söhne\\" <x@y.example>" <no-reply@id.example>',
      to: ["jane@acme.example"],
      subject: "Grüße",
      text: "Hello {{name}} $ %",
      html: "<p>Hello</p>",
      headers: {
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
        "Message-ID": "<0198c0de-0000-7000-8000-000000000001@id.example>",
      },
    });
  });
});

for (const kind of ["sendgrid", "resend"] as const) {
  describe(`an answer of ${kind}`, () => {
    const answer = (status: number) => () =>
      Response.json(
        { message: "no: <jane@acme.example>", errors: [{ message: "no" }] },
        { status },
      );
    for (const [status, outcome] of [
      [400, "refused"],
      [422, "refused"],
      [413, "refused"],
      [401, "failed"],
      [403, "failed"],
      [409, "failed"],
      [429, "failed"],
      [500, "failed"],
      [503, "failed"],
    ] as const) {
      test(`of ${status} means ${outcome}, and its words are kept without the address`, async () => {
        const { outcome: became, words } = await attempt(kind, answer(status));
        expect(became).toBe(outcome);
        expect(words).toContain(String(status));
        expect(words).toContain("no: <j***@acme.example>");
      });
    }

    test("that is no JSON is still an answer", async () => {
      expect(
        (await attempt(kind, () => new Response("<h1>Bad gateway</h1>", { status: 502 }))).outcome,
      ).toBe("failed");
    });

    test("that is a redirect is not followed", async () => {
      const { outcome, recorded } = await attempt(kind, () =>
        Response.redirect("https://other.test/", 307),
      );
      expect([outcome, recorded.length]).toEqual(["failed", 1]);
    });
  });

  test(`${kind} that cannot be reached means failed, and why`, async () => {
    const backend = { kind, apiKey: "key-1", baseUrl: "https://idp.test:1" };
    const transport = createMailTransport(
      { from: "no-reply@id.example", backend },
      wayOut().outbound,
      systemClock,
    );
    const delivery = await transport.send(mail);
    expect(delivery).toMatchObject({ outcome: "failed" });
    expect(delivery).toHaveProperty(
      "reason",
      expect.stringContaining("does not accept connections"),
    );
  });

  test(`${kind} is asked at its own address by default, by our way out`, async () => {
    const { outbound, lines } = wayOut({ resolve: () => Promise.resolve(["169.254.1.1"]) });
    const backend = { kind, apiKey: "key-1", baseUrl: null };
    const delivery = await createMailTransport(
      { from: "a@b.example", backend },
      outbound,
      systemClock,
    ).send(mail);
    expect(delivery.outcome).toBe("failed");
    expect(lines.join("")).toContain(`"host":"api.${kind}.com"`);
  });
}
