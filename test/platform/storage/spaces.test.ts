// What leaves for an S3 server: signed, to the right host and path, and what its refusals become. The peer is a small HTTP server,
// since the S3 server of the other tests believes every secret.
import { afterAll, beforeEach, describe, expect, test } from "bun:test";
import { createHash, createHmac, randomUUID } from "node:crypto";
import type { SpacesSettings } from "#platform/storage/backends/spaces.ts";
import { createStorage } from "#platform/storage/storage.ts";

interface Seen {
  readonly method: string;
  readonly path: string;
  readonly headers: Headers;
}
const seen: Seen[] = [];
let answer = () => new Response(null);
const peer = Bun.serve({
  port: 0,
  hostname: "127.0.0.1",
  async fetch(request) {
    const { pathname, search } = new URL(request.url);
    await request.arrayBuffer();
    seen.push({ method: request.method, path: pathname + search, headers: request.headers });
    return answer();
  },
});
afterAll(() => peer.stop(true));
beforeEach(() => {
  seen.length = 0;
  answer = () => new Response(null);
});

const secret = `/+=@:#%'"\\$ not told `;
const settings: SpacesSettings = {
  endpoint: `http://127.0.0.1:${peer.port}`,
  region: "fra1",
  bucket: "weft-files",
  key: "KEYID",
  secret,
  pathStyle: true,
};
const storageOf = (over: Partial<SpacesSettings> = {}) =>
  createStorage({
    backend: "spaces",
    local: { folder: "/nowhere" },
    spaces: { ...settings, ...over },
  });
const s3Error = (status: number, code: string) => () =>
  new Response(`<Error><Code>${code}</Code><Message>told by the server</Message></Error>`, {
    status,
    headers: { "content-type": "application/xml" },
  });

const hmac = (key: string | Buffer, words: string) =>
  createHmac("sha256", key).update(words).digest();

/** Signature Version 4 of a request as it arrived (docs.aws.amazon.com, "Create a signed AWS API request"). */
function signatureOf({ method, path, headers }: Seen, withSecret: string): string {
  const signed = /SignedHeaders=([^,]+)/.exec(headers.get("authorization") ?? "")?.[1] ?? "";
  const date = headers.get("x-amz-date") ?? "";
  const canonical = [
    method,
    path,
    "",
    ...signed.split(";").map((name) => `${name}:${headers.get(name)}`),
    "",
    signed,
    headers.get("x-amz-content-sha256"),
  ].join("\n");
  const scope = [date.slice(0, 8), "fra1", "s3", "aws4_request"];
  const hash = createHash("sha256").update(canonical).digest("hex");
  const toSign = ["AWS4-HMAC-SHA256", date, scope.join("/"), hash].join("\n");
  const key = scope.reduce<string | Buffer>((last, part) => hmac(last, part), `AWS4${withSecret}`);
  return hmac(key, toSign).toString("hex");
}
const signatureIn = ({ headers }: Seen) =>
  /Signature=([0-9a-f]{64})$/.exec(headers.get("authorization") ?? "")?.[1];

describe("a request", () => {
  test("is signed with the secret as it is, for the region, and names the key", async () => {
    const key = `${randomUUID()}/${randomUUID()}`;
    await storageOf().current.put(key, [Buffer.from("x")]);
    const [request] = seen as [Seen];
    expect(request).toMatchObject({ method: "PUT", path: `/weft-files/${key}` });
    expect(request.headers.get("authorization")).toContain("Credential=KEYID/");
    expect(signatureIn(request)).toBe(signatureOf(request, secret));
    expect(signatureIn(request)).not.toBe(signatureOf(request, secret.trimEnd()));
  });

  test("goes to the bucket's own host where the path is not to hold it", async () => {
    const key = `${randomUUID()}/${randomUUID()}`;
    const endpoint = `http://localhost:${peer.port}`;
    await storageOf({ endpoint, pathStyle: false }).current.put(key, [Buffer.from("x")]);
    const [request] = seen as [Seen];
    expect(request.path).toBe(`/${key}`);
    expect(request.headers.get("host")).toBe(`weft-files.localhost:${peer.port}`);
    expect(signatureIn(request)).toBe(signatureOf(request, secret));
  });
});

describe("the probe", () => {
  const sentence = (storage = storageOf()) =>
    storage.probe().then(
      () => "works",
      (error: unknown) => (error instanceof Error ? error.message : ""),
    );

  test.each([
    [403, "SignatureDoesNotMatch"],
    [404, "NoSuchBucket"],
  ])(
    "tells a %d in one sentence with endpoint and bucket, never the secret",
    async (status, code) => {
      answer = s3Error(status, code);
      const said = await sentence();
      expect(said).toStartWith(`files cannot be kept in ${settings.endpoint}/weft-files: `);
      expect(said).toContain(code);
      expect(said).toContain("SPACES_SECRET");
      expect(said).not.toContain("not told");
      expect(said).not.toContain("\n");
    },
  );

  test("notices a server that keeps nothing", async () => {
    expect(await sentence()).toContain("what is read is not what was written");
  });

  test("says when nobody answers", async () => {
    const said = await sentence(storageOf({ endpoint: "http://127.0.0.1:1" }));
    expect(said).toMatch(/^files cannot be kept in http:\/\/127\.0\.0\.1:1\/weft-files: .+/);
  });
});
