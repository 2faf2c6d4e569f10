// What a notice says of who did it: the truth, and of an administrator no more than that.
import { expect, test } from "bun:test";
import { z } from "zod";
import { Circumstances, notice, notify } from "#features/notices/index.ts";
import { defineEmail } from "#platform/mail/define.ts";
import type { Actor } from "#src/actor.ts";
import { ApiClientId } from "#src/ids.ts";
import { testApp } from "../../support/a-tenant.ts";

const house = await testApp();
const origin = { requestId: "test", ip: "203.0.113.5", userAgent: "curl/8" };
const template = defineEmail(
  "test.notice",
  notice(Circumstances.extend({ what: z.string() }), {
    subject: (tenant) => `Something happened at ${tenant}`,
    text: (_, { what }) => what,
  }),
);

test.each([
  ["the person", { kind: "visitor", userId: null, origin }, /\(UTC\), from .*203\.0\.113\.5/],
  [
    "a script",
    {
      kind: "client",
      clientId: ApiClientId.parse(Bun.randomUUIDv7()),
      role: "admin",
      scope: { access: "write", areas: null },
      origin,
    },
    /\(UTC\), by an administrator\.$/m,
  ],
  ["an operator", { kind: "operator", command: "test" }, /\(UTC\), on the server itself\.$/m],
  ["a job", { kind: "job", job: "test" }, /\(UTC\)\.$/m],
] as const)("done by %s", async (_, actor: Actor, says) => {
  const tenant = await house.aTenant();
  const user = await tenant.aUser();
  const happening = { userId: user.id, now: house.clock.now() };
  await tenant.tenant.write((db) =>
    notify(db, tenant.post, actor, { happening, template, more: { what: "It was done." } }),
  );
  const [mail] = await tenant.mails();
  expect(mail?.text).toMatch(says);
  if (actor.kind !== "visitor") expect(mail?.text).not.toContain(origin.ip);
});
