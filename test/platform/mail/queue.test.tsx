// Queued mail on a real database: with the transaction or not at all, sealed, delivered once, and gone afterwards.
import { describe, expect, test } from "bun:test";
import { z } from "zod";
import { createKeyring } from "#platform/crypto/keyring.ts";
import { defineEmail } from "#platform/mail/define.ts";
import { deliverMail, purgeMails } from "#platform/mail/jobs.ts";
import type { Delivery, OutgoingMail } from "#platform/mail/message.ts";
import { queueMail } from "#platform/mail/queue.ts";
import { systemClock } from "#platform/clock.ts";
import { createMailTransport, type MailTransport } from "#platform/mail/transport.ts";
import { UserId } from "#src/ids.ts";
import { testDatabase, type TestTenant } from "../../support/database.ts";
import { wayOut } from "../outbound/peers.ts";
import { reply, smtpPeer } from "./smtp-peer.ts";

const store = await testDatabase();
const keys = createKeyring({ current: "a secret for these tests" });
const code = defineEmail("test.code", {
  data: z.object({ code: z.string() }),
  subject: (_, { tenantName }) => `Your code for ${tenantName}`,
  text: (data) => `Your code is ${data.code}`,
  html: (data) => <p>Your code is {data.code}</p>,
});
const jane = UserId.parse(Bun.randomUUIDv7());

const queue = (tenant: TestTenant, email = "jane@acme.example") =>
  tenant.scope.write((db) => {
    const frame = { tenantName: "Acme", baseUrl: "https://acme.id.example" };
    const post = { tenantId: tenant.id, keys, frame };
    return queueMail(db, post, code, { email, userId: jane }, { code: "12345678" });
  });

/** A transport that answers as told and keeps what it was given: the edge, not one of our modules. */
function transport(...answers: Delivery[]) {
  const sent: OutgoingMail[] = [];
  const mail: MailTransport = {
    from: "no-reply@id.example",
    route: "test",
    send: (message) => {
      sent.push(message);
      return Promise.resolve(answers[sent.length - 1] ?? { outcome: "accepted" });
    },
  };
  return { mail, sent };
}

interface Run {
  readonly attempt?: number;
  readonly secret?: string;
}
const deliver = (
  tenant: TestTenant,
  mailId: string,
  mail: MailTransport,
  { attempt = 1, secret }: Run = {},
) =>
  deliverMail.run({
    payload: { mailId },
    tenant: tenant.scope,
    services: {
      mail,
      mailLogo: () => Promise.resolve(null),
      keys: secret ? createKeyring({ current: secret }) : keys,
    },
    signal: AbortSignal.timeout(10_000),
    attempt,
  });

interface Row {
  state: string;
  template: string;
  user_id: string | null;
  sealed: Buffer | null;
  error: string | null;
  sent_at: Date | null;
}
const rowOf = async (mailId: string) =>
  (await store.asSuperuser<Row>("select * from app.mails where id = $1", [mailId]))[0];

describe("queueMail", () => {
  test("keeps the message sealed and enqueues its delivery, ahead of other work", async () => {
    const tenant = await store.aTenant();
    const mailId = await queue(tenant);
    expect(await rowOf(mailId)).toMatchObject({
      state: "queued",
      template: "test.code",
      user_id: jane,
      error: null,
    });
    const jobs = await store.asSuperuser(
      "select name, payload, priority from app.jobs where tenant_id = $1",
      [tenant.id],
    );
    expect(jobs).toEqual([{ name: "mail.deliver", payload: { mailId }, priority: 10 }]);
  });

  test("lets nobody read code or address in the tables", async () => {
    const tenant = await store.aTenant();
    await queue(tenant);
    const [row] = await store.asSuperuser<{ all: string }>(
      `select (select string_agg(m::text || encode(sealed, 'escape'), '') from app.mails m where tenant_id = $1)
           || (select string_agg(j::text, '') from app.jobs j where tenant_id = $1) as all`,
      [tenant.id],
    );
    expect(row?.all).toContain("mail.deliver");
    expect(row?.all).not.toContain("12345678");
    expect(row?.all).not.toContain("jane@");
  });

  test("leaves nothing when the transaction is rolled back", async () => {
    const tenant = await store.aTenant();
    const undone = tenant.scope.write(async (db) => {
      const frame = { tenantName: "Acme", baseUrl: "https://acme.id.example" };
      await queueMail(
        db,
        { tenantId: tenant.id, keys, frame },
        code,
        { email: "jane@acme.example" },
        { code: "1" },
      );
      throw new Error("undo");
    });
    expect(await undone.catch(String)).toBe("Error: undo");
    const [left] = await store.asSuperuser(
      "select (select count(*) from app.mails where tenant_id = $1)::int as mails, (select count(*) from app.jobs where tenant_id = $1)::int as jobs",
      [tenant.id],
    );
    expect(left).toEqual({ mails: 0, jobs: 0 });
  });
});

describe("mail.deliver", () => {
  test("sends the message under the mail's id, and keeps only that it was sent", async () => {
    const tenant = await store.aTenant();
    const mailId = await queue(tenant);
    const { mail, sent } = transport();
    expect(await deliver(tenant, mailId, mail)).toBe("done");
    expect(sent).toEqual([
      expect.objectContaining({
        id: mailId,
        to: "jane@acme.example",
        fromName: "Acme",
        subject: "Your code for Acme",
        text: expect.stringContaining("12345678"),
        html: expect.stringContaining("12345678"),
        at: expect.any(Date),
      }),
    ]);
    expect(await rowOf(mailId)).toMatchObject({
      state: "sent",
      sealed: null,
      sent_at: expect.any(Date),
    });
  });

  test("sends nothing a second time", async () => {
    const tenant = await store.aTenant();
    const mailId = await queue(tenant);
    const { mail, sent } = transport();
    await deliver(tenant, mailId, mail);
    expect(await deliver(tenant, mailId, mail)).toBe("done");
    expect(sent).toHaveLength(1);
  });

  test("tries again after a failure, with the same message", async () => {
    const tenant = await store.aTenant();
    const mailId = await queue(tenant);
    const { mail, sent } = transport({ outcome: "failed", reason: "server away" });
    expect(await deliver(tenant, mailId, mail)).toEqual({ retry: "server away" });
    expect(await rowOf(mailId)).toMatchObject({
      state: "queued",
      error: "server away",
      sealed: expect.any(Buffer),
    });
    expect(await deliver(tenant, mailId, mail, { attempt: 2 })).toBe("done");
    expect(sent[1]).toEqual(sent[0]);
    expect(await rowOf(mailId)).toMatchObject({ state: "sent", error: null });
  });

  test("gives up at once when the server refuses the message", async () => {
    const tenant = await store.aTenant();
    const mailId = await queue(tenant);
    const { mail } = transport({ outcome: "refused", reason: "no such user" });
    expect(await deliver(tenant, mailId, mail)).toEqual({ dead: "no such user" });
    expect(await rowOf(mailId)).toMatchObject({
      state: "failed",
      error: "no such user",
      sealed: null,
    });
  });

  test("gives up with the sixth attempt", async () => {
    const tenant = await store.aTenant();
    const mailId = await queue(tenant);
    const failed: Delivery = { outcome: "failed", reason: "server away" };
    const { mail } = transport(failed, failed);
    expect(deliverMail.retryAfterSeconds).toHaveLength(5);
    expect(await deliver(tenant, mailId, mail, { attempt: 5 })).toEqual({ retry: "server away" });
    expect(await deliver(tenant, mailId, mail, { attempt: 6 })).toEqual({ dead: "server away" });
    expect(await rowOf(mailId)).toMatchObject({ state: "failed", sealed: null });
  });

  test("gives up on a message that cannot be opened", async () => {
    const tenant = await store.aTenant();
    const mailId = await queue(tenant);
    const { mail, sent } = transport();
    expect(await deliver(tenant, mailId, mail, { secret: "another" })).toHaveProperty("dead");
    expect(sent).toEqual([]);
    expect(await rowOf(mailId)).toMatchObject({ state: "failed", sealed: null });
  });

  test("does not open a message that was moved to another mail", async () => {
    const tenant = await store.aTenant();
    const [first, second] = [await queue(tenant), await queue(tenant, "joe@acme.example")];
    await store.asSuperuser(
      "update app.mails set sealed = (select sealed from app.mails where id = $1) where id = $2",
      [first, second],
    );
    const { mail, sent } = transport();
    expect(await deliver(tenant, second, mail)).toHaveProperty("dead");
    expect(sent).toEqual([]);
  });

  test("knows nothing of another tenant's mail", async () => {
    const [ours, theirs] = [await store.aTenant(), await store.aTenant()];
    const mailId = await queue(theirs);
    const { mail, sent } = transport();
    expect(await deliver(ours, mailId, mail)).toBe("done");
    expect(sent).toEqual([]);
    expect(await rowOf(mailId)).toMatchObject({ state: "queued" });
  });

  test("brings a message from the transaction to a mail server", async () => {
    const tenant = await store.aTenant();
    const mailId = await queue(tenant);
    await using peer = await smtpPeer();
    const mail = createMailTransport(
      { from: "no-reply@id.example", backend: peer.settings },
      wayOut().outbound,
      systemClock,
    );
    expect(await deliver(tenant, mailId, mail)).toBe("done");
    expect(peer.received[0]?.mail).toMatchObject({
      messageId: `<${mailId}@id.example>`,
      subject: "Your code for Acme",
    });
  });

  test("keeps no address of a server's refusal", async () => {
    const tenant = await store.aTenant();
    const mailId = await queue(tenant);
    await using peer = await smtpPeer({
      server: { onRcptTo: ({ address }, _, done) => done(reply(550, `no mailbox ${address}`)) },
    });
    const mail = createMailTransport(
      { from: "no-reply@id.example", backend: peer.settings },
      wayOut().outbound,
      systemClock,
    );
    expect(await deliver(tenant, mailId, mail)).toHaveProperty("dead");
    expect((await rowOf(mailId))?.error).toContain("j***@acme.example");
  });
});

test("nothing is sent inside a transaction", async () => {
  const tenant = await store.aTenant();
  const { outbound } = wayOut();
  const backend = { kind: "mailbox" as const, path: "/nowhere" };
  const mail = createMailTransport({ from: "a@b.example", backend }, outbound, systemClock);
  const message = {
    id: Bun.randomUUIDv7(),
    fromName: "",
    to: "a@b.example",
    subject: "",
    text: "",
    html: "",
  };
  const inside = (work: () => Promise<unknown>) => tenant.scope.read(work).catch(String);
  expect(await inside(() => mail.send(message))).toContain("inside a transaction");
  expect(await inside(() => outbound.fetch("https://idp.test/"))).toContain("inside a transaction");
});

test("purgeMails empties what was never delivered and removes what is old", async () => {
  const tenant = await store.aTenant();
  const [fresh, stuck, old] = [await queue(tenant), await queue(tenant), await queue(tenant)];
  const age = (id: string, days: number) =>
    store.asSuperuser(
      "update app.mails set created_at = now() - make_interval(days => $2) where id = $1",
      [id, days],
    );
  await age(stuck, 3);
  await age(old, 91);
  const purged = await tenant.scope.write((db) => purgeMails(db, new Date()));
  expect(purged).toEqual({ abandoned: 2, removed: 1 });
  expect(await rowOf(fresh)).toMatchObject({ state: "queued" });
  expect(await rowOf(stuck)).toMatchObject({ state: "failed", sealed: null });
  expect(await rowOf(old)).toBeUndefined();
});
