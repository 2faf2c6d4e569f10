// An address that is too long to be led back to leads all the same to what comes first.
import { expect, test } from "bun:test";
import { testApp } from "../support/a-tenant.ts";

const app = await testApp();

const addresses = [
  ["as a browser writes letters that are not ASCII", encodeURIComponent("ä".repeat(300))],
  ["of plain letters", "a".repeat(2_500)],
] as const;

test.each(addresses)("%s: who is not signed in is led to sign in", async (_, query) => {
  const tenant = await app.aTenant();
  const answer = await tenant.newBrowser().get(`/groups?q=${query}`);
  expect(answer.status).toBe(303);
  expect(answer.headers.get("location")).toBe("/sign-in?return_to=%2F");
});

test.each(addresses)("%s: who has to prove themselves is led there", async (_, query) => {
  const tenant = await app.aTenant({ signedInAs: "super_admin" });
  app.clock.advance({ minutes: 11 });
  const answer = await tenant.browser.get(`/api-clients/new?name=${query}`);
  expect(answer.status).toBe(303);
  expect(answer.headers.get("location")).toBe("/step-up?return_to=%2Fstep-up%2Fdone");
});
