// What only shows on the wire: bodies that are too large are refused while they come in, and odd headers are kept as text.
import { describe, expect, test } from "bun:test";
import { testApp, type TestTenant } from "../support/a-tenant.ts";
import { chunk, type Connection, head, openConnection } from "./support/raw.ts";
import { serving } from "./support/serving.ts";

const app = await testApp();
const web = await serving(app);
const tenant = await app.aTenant({ signedInAs: "super_admin" });

const kib = 1024;
const form = { "content-type": "application/x-www-form-urlencoded" };

const headersOf = ({ origin, browser }: TestTenant, signedIn = true) => ({
  host: new URL(origin).host,
  origin,
  accept: "text/html",
  ...(signedIn ? { cookie: `__Host-session=${browser.cookies.get("__Host-session")?.value}` } : {}),
});

async function talk<T>(body: (connection: Connection) => Promise<T>): Promise<T> {
  const connection = await openConnection(web.port);
  try {
    return await body(connection);
  } finally {
    connection.close();
  }
}

/** Begins a body in chunks and sends `sent` bytes of it, never its end. */
const unfinished = (path: string, sent: number, headers: Record<string, string>) =>
  talk(async (connection) => {
    connection.write(head("POST", path, { ...headers, "transfer-encoding": "chunked" }));
    for (let left = sent; left > 0; left -= 8 * kib) connection.write(chunk("a".repeat(8 * kib)));
    return connection.answer(4_000);
  });

describe("a body that is too large", () => {
  test("in chunks is refused as soon as the limit is passed, without its end", async () => {
    const answer = await unfinished("/groups", 80 * kib, { ...headersOf(tenant), ...form });
    expect(answer.status).toBe(413);
    expect(answer.headers.get("content-security-policy")).toContain("default-src 'none'");
  });

  test("is refused by its declared length alone", async () => {
    const length = { "content-length": String(1_000 * kib) };
    const answer = await talk((connection) => {
      connection.write(head("POST", "/groups", { ...headersOf(tenant), ...form, ...length }));
      return connection.answer(4_000);
    });
    expect(answer.status).toBe(413);
  });

  test("is refused at the token endpoint after 8 KiB", async () => {
    const answer = await unfinished("/oauth2/token", 16 * kib, {
      ...headersOf(tenant, false),
      ...form,
    });
    expect(answer.status).toBe(413);
  });

  test("is refused at the single sign-on endpoint after 512 KiB", async () => {
    const answer = await unfinished("/saml/idp/sso", 600 * kib, {
      ...headersOf(tenant, false),
      ...form,
    });
    expect(answer.status).toBe(413);
  });

  test("of nobody is not read at all", async () => {
    const answer = await unfinished("/groups", 8 * kib, { ...headersOf(tenant, false), ...form });
    expect(answer.status).toBe(303);
  });

  test("as JSON on the API is a problem document", async () => {
    const answer = await tenant.api.post("/groups", {
      name: "Large",
      description: "a".repeat(70 * kib),
    });
    expect(answer.status).toBe(413);
    expect(await answer.json()).toMatchObject({ code: "request.too_large", status: 413 });
  });

  test("changed nothing", async () => {
    expect(await (await tenant.api.get("/groups")).json()).toMatchObject({ items: [] });
  });
});

describe("a body that is allowed", () => {
  test("may come in chunks", async () => {
    const answer = await talk((connection) => {
      const headers = { ...headersOf(tenant), ...form, "transfer-encoding": "chunked" };
      connection.write(head("POST", "/groups", headers));
      connection.write(`${chunk("name=In+")}${chunk("pieces")}0\r\n\r\n`);
      return connection.answer();
    });
    expect(answer.status).toBe(303);
    expect(await (await tenant.api.get("/groups?q=In pieces")).json()).toMatchObject({
      items: [{ name: "In pieces" }],
    });
  });

  test("may be metadata of almost a million characters, three times that by form encoding", async () => {
    const metadataXml = "<".repeat(990_000);
    const body = new URLSearchParams({ name: "Large", source: "xml", metadataXml }).toString();
    expect(body.length).toBeGreaterThan(2_900_000);
    const answer = await talk(async (connection) => {
      const length = { "content-length": String(body.length) };
      connection.write(head("POST", "/applications", { ...headersOf(tenant), ...form, ...length }));
      connection.write(body);
      return connection.answer(10_000);
    });
    // Read as a whole, and found not to be metadata.
    expect(answer.status).toBe(422);
  });
});

describe("headers", () => {
  test("a user agent of any bytes is kept as text, cut at a whole character", async () => {
    const odd = `${"x".repeat(511)}🦦🦦\u{1F600} "quoted" \\ é`;
    const answer = await talk((connection) => {
      const all = { ...headersOf(tenant), ...form, "content-length": "8", "user-agent": odd };
      connection.write(`${head("POST", "/groups", all)}name=Odd`);
      return connection.answer();
    });
    expect(answer.status).toBe(303);
  });

  test("HEAD answers like GET, without a body", async () => {
    const host = headersOf(tenant, false).host;
    const answer = await fetch(`http://127.0.0.1:${web.port}/sign-in`, {
      method: "HEAD",
      headers: { host },
    });
    expect([answer.status, await answer.text()]).toEqual([200, ""]);
  });
});
