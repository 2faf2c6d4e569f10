// Passwords that were in a breach: refused when the service says so, no obstacle when it cannot be asked.
import { expect, test } from "bun:test";
import { goodPassword, testApp } from "../../support/a-tenant.ts";

const listed = "velvet orchard tunnel badge";
const digest = new Bun.CryptoHasher("sha1").update(listed).digest("hex").toUpperCase();
const answer = `${digest.slice(5)}:42\r\n${"0".repeat(35)}:0`;
const asked: string[] = [];

// The service, at the edge.
const { aTenant } = await testApp({
  outbound: {
    fetch: async (url) => {
      asked.push(url);
      const body = new TextEncoder().encode(answer);
      return { status: 200, headers: new Headers(), body, text: () => answer };
    },
  },
});

test("refuses a password from a breach, telling the service five digits of its hash only", async () => {
  const { browser } = await aTenant({ signedInAs: "member" });
  const change = (password: string) =>
    browser.put("/security/password", { currentPassword: goodPassword, password });
  const refused = await change(listed);
  expect(refused.status).toBe(422);
  expect(await refused.text()).toContain("data breach");
  expect(asked).toHaveLength(1);
  expect(asked[0]).toEndWith(`/range/${digest.slice(0, 5)}`);
  expect((await change("copper thimble marsh violin")).status).toBe(303);
});
