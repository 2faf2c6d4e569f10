// An organisation's looks: what its administrators may choose, who sees it where, and what no upload gets through.
import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { accentOf } from "#platform/ui/index.ts";
import { sweepFiles } from "#platform/storage/sweep.ts";
import { testApp, type TestTenant } from "../../support/a-tenant.ts";
import type { Browser } from "../../support/browser.ts";
import { aLogo, aPng } from "../../support/pictures.ts";
import { headerProblems } from "../../http/support/answers.ts";

const world = await testApp();
const { services } = world;
const admin = () => world.aTenant({ signedInAs: "super_admin" });

interface Sent {
  readonly logo?: Buffer | string;
  readonly type?: string;
  readonly accentKind?: string;
  readonly accent?: string;
  readonly removeLogo?: string;
}

/** Sends the page's form, with a file, as a browser does. */
function submit(browser: Browser, { logo, type = "image/png", ...fields }: Sent) {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  const file = new File(
    logo === undefined ? [] : [typeof logo === "string" ? logo : new Uint8Array(logo)],
    logo === undefined ? "" : "logo.png",
    {
      type: logo === undefined ? "application/octet-stream" : type,
    },
  );
  form.append("logo", file);
  const request = new Request(browser.origin, { method: "POST", body: form });
  const headers = { "content-type": request.headers.get("content-type") ?? "" };
  return browser.send("POST", "/branding?_method=put", request.body, { headers });
}

interface Told {
  accent: string | null;
  logo: { path: string; sha256: string; sizeBytes: number; mediaType: string } | null;
  updatedAt: string | null;
}
const told = async (tenant: TestTenant) =>
  (await (await tenant.api.get("/branding")).json()) as Told;
const pathOfLogo = async (tenant: TestTenant) => (await told(tenant)).logo?.path ?? "";
const bytesAt = async (browser: Browser, path: string) =>
  Buffer.from(await (await browser.get(path)).arrayBuffer());
const fileRows = (tenantId: string) =>
  world.asSuperuser<{ purpose: string; state: string }>(
    "select purpose, state from app.files where tenant_id = $1 order by id",
    [tenantId],
  );

describe("PUT /branding", () => {
  test("takes logo and colour; pages, the sign-in page and messages show them", async () => {
    const tenant = await admin();
    expect(await told(tenant)).toEqual({ accent: null, logo: null, updatedAt: null });

    const logo = aPng({ width: 1024, height: 256 });
    const answer = await submit(tenant.browser, { logo, accentKind: "own", accent: "#7C3AED" });
    expect(answer.status).toBe(303);
    expect(answer.headers.get("location")).toBe("/branding");

    const { logo: shown, accent } = await told(tenant);
    expect(accent).toBe("#7c3aed");
    const path = shown?.path ?? "";
    expect(path).toBe(`/branding/logo/${shown?.sha256}.png`);
    for (const page of [
      await tenant.browser.get("/branding"),
      await tenant.newBrowser().get("/sign-in"),
    ]) {
      const html = await page.text();
      expect(html).toContain(`<img class="mark" src="${path}" alt=""/>`);
      expect(html).toContain('href="/assets/accent/7c3aed.css"');
      expect(headerProblems(page)).toEqual([]);
    }
    expect((await fileRows(tenant.id)).map(({ state }) => state)).toEqual(["kept", "kept"]);
  });

  test("is the same for a script: base64, null for the standard colour and for no logo", async () => {
    const tenant = await admin();
    const body = { accent: "#0f766e", logo: aLogo().toString("base64") };
    const answer = await tenant.api.put("/branding", body);
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({
      accent: "#0f766e",
      logo: { mediaType: "image/png", path: expect.stringMatching(/^\/branding\/logo\//) },
    });
    const before = await told(tenant);
    expect((await tenant.api.put("/branding", { accent: null })).status).toBe(200);
    expect(await told(tenant)).toMatchObject({ accent: null, logo: before.logo });
    expect((await tenant.api.put("/branding", { logo: null })).status).toBe(200);
    expect(await told(tenant)).toMatchObject({ accent: null, logo: null });
    expect((await tenant.api.put("/branding", {})).status).toBe(422);
  });

  test("writes the picture anew: at most 512 × 512, PNG, and nothing of the file but its pixels", async () => {
    const tenant = await admin();
    const secret = "<script>alert(1)</script> GPS 52.5";
    const original = aPng({ width: 1500, height: 600, extra: secret });
    const jpeg = await new Bun.Image(original).jpeg().buffer();
    const webp = await new Bun.Image(original).webp().buffer();
    for (const [logo, type] of [
      [original, "image/png"],
      [jpeg, "image/jpeg"],
      [webp, "image/webp"],
      [Buffer.concat([original, Buffer.from(secret)]), "text/html"],
    ] as const) {
      expect((await submit(tenant.browser, { logo, type })).status).toBe(303);
      const kept = await bytesAt(tenant.newBrowser(), await pathOfLogo(tenant));
      expect(await new Bun.Image(kept).metadata()).toEqual({
        width: 512,
        height: 205,
        format: "png",
      });
      expect(kept.includes("script")).toBe(false);
    }
  });

  test("does not enlarge a small picture", async () => {
    const tenant = await admin();
    await submit(tenant.browser, { logo: aLogo({ width: 48, height: 40 }) });
    const kept = await bytesAt(tenant.newBrowser(), await pathOfLogo(tenant));
    expect(await new Bun.Image(kept).metadata()).toMatchObject({ width: 48, height: 40 });
  });

  const gif = Buffer.from("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7", "base64");
  const svg = '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>';
  const noisy = aPng({ width: 1, height: 1, extra: "x".repeat(600_000) });
  test.each([
    ["an SVG file", svg, "SVG files can carry programs"],
    ["an SVG file behind a declaration", `<?xml version="1.0"?>\n${svg}`, "SVG files"],
    ["an SVG file in UTF-16", Buffer.from(`\uFEFF${svg}`, "utf16le"), "SVG files"],
    ["a GIF", gif, "not a PNG, JPEG or WebP"],
    ["a text", "hello", "not a PNG, JPEG or WebP"],
    ["half a picture", aPng({ width: 600, height: 600 }).subarray(0, 200), "damaged"],
    ["a bomb", aPng({ width: 4200, height: 4200 }), "too many pixels"],
    ["a speck", aPng({ width: 31, height: 200 }), "at least 32 pixels"],
    ["a line", aPng({ width: 1000, height: 100 }), "at most eight times"],
    ["a heavy file", noisy, "larger than 512 KiB"],
  ])("refuses %s with a sentence, and keeps what was typed", async (_, logo, sentence) => {
    const tenant = await admin();
    const answer = await submit(tenant.browser, { logo, accentKind: "own", accent: "#123456" });
    expect(answer.status).toBe(422);
    const html = await answer.text();
    expect(html).toContain(sentence);
    expect(html).toContain('value="#123456"');
    expect(await told(tenant)).toMatchObject({ accent: null, logo: null });
    const base64 = Buffer.from(logo).toString("base64");
    const problem = await tenant.api.put("/branding", { logo: base64 });
    expect(problem.status).toBe(422);
    expect(await problem.json()).toMatchObject({
      errors: { logo: expect.stringContaining(sentence) },
    });
    expect(await fileRows(tenant.id)).toEqual([]);
    expect(await tenant.events("branding.logo_changed")).toEqual([]);
  });

  test("refuses a body that is far too large before it is read as a whole", async () => {
    const tenant = await admin();
    const answer = await submit(tenant.browser, { logo: Buffer.alloc(2_500_000) });
    expect(answer.status).toBe(413);
  });

  test.each(["red", "#fff", "#12345g", "#1234567", "url(//evil.example)", '";}'])(
    "refuses the colour %p",
    async (accent) => {
      const tenant = await admin();
      const answer = await tenant.api.put("/branding", { accent });
      expect(answer.status).toBe(422);
      expect(await answer.json()).toMatchObject({
        errors: { accent: expect.stringContaining("six hexadecimal digits") },
      });
    },
  );

  test("tells the audit trail what changed, and nothing where nothing did", async () => {
    const tenant = await admin();
    await submit(tenant.browser, { logo: aLogo(), accentKind: "own", accent: "#7c3aed" });
    await submit(tenant.browser, { accentKind: "own", accent: "#7c3aed" });
    await submit(tenant.browser, { accentKind: "standard", removeLogo: "on" });
    await submit(tenant.browser, { accentKind: "standard", removeLogo: "on" });
    const events = (await tenant.events()).filter(({ name }) => name.startsWith("branding."));
    expect(events.map(({ name, actorKind }) => [name, actorKind])).toEqual([
      ["branding.accent_changed", "user"],
      ["branding.logo_changed", "user"],
      ["branding.accent_changed", "user"],
      ["branding.logo_removed", "user"],
    ]);
    expect(events[0]?.data).toEqual({ before: null, after: "#7c3aed" });
    expect(events[3]?.data["fileId"]).toBe(events[1]?.data["fileId"]);
  });

  test("needs a super admin", async () => {
    const tenant = await world.aTenant({ signedInAs: "admin" });
    expect((await submit(tenant.browser, { logo: aLogo() })).status).toBe(403);
    expect((await (await tenant.script("admin")).get("/branding")).status).toBe(403);
    expect(await (await tenant.browser.get("/")).text()).not.toContain('href="/branding"');
  });

  test("of a tenant changes no other tenant's pages", async () => {
    const [ours, theirs] = [await admin(), await admin()];
    await submit(ours.browser, { logo: aLogo(), accentKind: "own", accent: "#7c3aed" });
    expect(await told(theirs)).toEqual({ accent: null, logo: null, updatedAt: null });
    const page = await (await theirs.newBrowser().get("/sign-in")).text();
    expect(page).not.toContain("/branding/logo/");
    expect(page).not.toContain("/assets/accent/");
  });

  test("by several at once leaves one logo and no leftovers", async () => {
    const tenant = await admin();
    const answers = await Promise.all(
      Array.from({ length: 6 }, () => submit(tenant.browser, { logo: aLogo() })),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([303]));
    const rows = await fileRows(tenant.id);
    expect(rows.filter(({ state }) => state === "kept")).toHaveLength(2);
    await sweepFiles(services.storage, tenant.tenant, services.clock.now());
    expect((await fileRows(tenant.id)).map(({ purpose }) => purpose).toSorted()).toEqual([
      "branding.logo",
      "branding.mail_logo",
    ]);
    expect((await bytesAt(tenant.newBrowser(), await pathOfLogo(tenant))).length).toBeGreaterThan(
      0,
    );
  });
});

describe("GET /branding/logo/:logoName", () => {
  test("is for everybody, for ever, and nothing but a picture", async () => {
    const tenant = await admin();
    await submit(tenant.browser, { logo: aLogo() });
    const answer = await tenant.newBrowser().get(await pathOfLogo(tenant));
    expect(answer.status).toBe(200);
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      "content-type": "image/png",
      "cache-control": "public, max-age=31536000, immutable",
      "x-content-type-options": "nosniff",
      "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    });
    expect(answer.headers.getSetCookie()).toEqual([]);
    expect(headerProblems(answer).filter((one) => !one.startsWith("cache-control"))).toEqual([]);
    const { sha256 = "" } = (await told(tenant)).logo ?? {};
    const hash = new Bun.CryptoHasher("sha256").update(await answer.arrayBuffer()).digest("hex");
    expect(hash).toBe(sha256);
  });

  test("is not there on another tenant's host, nor after it was replaced or removed", async () => {
    const [ours, theirs] = [await admin(), await admin()];
    await submit(ours.browser, { logo: aLogo() });
    const first = await pathOfLogo(ours);
    expect((await theirs.browser.get(first)).status).toBe(404);
    await submit(ours.browser, { logo: aLogo() });
    expect((await ours.browser.get(first)).status).toBe(404);
    const second = await pathOfLogo(ours);
    expect((await ours.browser.get(second)).status).toBe(200);
    await ours.browser.delete("/branding");
    expect((await ours.browser.get(second)).status).toBe(404);
    for (const name of ["x.png", `${"0".repeat(64)}.png`, "..%2f..%2fetc%2fpasswd"])
      expect((await ours.browser.get(`/branding/logo/${name}`)).status).toBe(404);
  });

  test("whose contents were tampered with is an error, not the other contents", async () => {
    const tenant = await admin();
    await submit(tenant.browser, { logo: aLogo() });
    const [row] = await world.asSuperuser<{ key: string }>(
      "select key from app.files where tenant_id = $1 and purpose = 'branding.logo'",
      [tenant.id],
    );
    const { folder } = services.config.storage.local;
    await Bun.write(join(folder, row?.key ?? ""), aPng({ width: 64, height: 64 }));
    const answer = await tenant.browser.get(await pathOfLogo(tenant));
    expect(answer.status).toBe(500);
  });
});

describe("DELETE /branding", () => {
  test("brings WeftID's own looks back at once", async () => {
    const tenant = await admin();
    await submit(tenant.browser, { logo: aLogo(), accentKind: "own", accent: "#7c3aed" });
    expect(await (await tenant.browser.get("/branding/reset")).text()).toContain("Remove logo");
    const answer = await tenant.browser.delete("/branding");
    expect(answer.headers.get("location")).toBe("/branding");
    const page = await (await tenant.browser.get("/branding")).text();
    expect(page).toContain("No logo yet");
    expect(page).not.toContain("/branding/logo/");
    expect(await told(tenant)).toMatchObject({ accent: null, logo: null });
    expect((await tenant.api.delete("/branding")).status).toBe(204);
    expect((await fileRows(tenant.id)).map(({ state }) => state)).toEqual([
      "discarded",
      "discarded",
    ]);
  });
});

describe("messages", () => {
  const forgotten = async (tenant: TestTenant) => {
    const user = await tenant.aUser();
    await tenant.newBrowser().post("/forgotten-password", { email: user.email });
    return (await tenant.mails()).findLast(({ to }) => to === user.email);
  };

  test("carry the logo as a part of their own, small; the text stays as it is", async () => {
    const tenant = await admin();
    const plain = await forgotten(tenant);
    expect(plain?.pictures ?? []).toEqual([]);
    expect(plain?.html).not.toContain("<img");
    expect(plain?.html).not.toContain("<!--logo-->");

    await submit(tenant.browser, { logo: aPng({ width: 1024, height: 256 }) });
    const mail = await forgotten(tenant);
    expect(mail?.html).toContain('src="cid:logo" width="240" height="60" alt=""');
    const [picture] = mail?.pictures ?? [];
    expect(picture).toMatchObject({ cid: "logo", mediaType: "image/png", fileName: "logo.png" });
    expect(await new Bun.Image(picture?.content ?? "").metadata()).toMatchObject({
      width: 240,
      height: 60,
    });
    expect(mail?.text).not.toContain("logo");
  });

  test("leave without it when it cannot be read", async () => {
    const tenant = await admin();
    await submit(tenant.browser, { logo: aLogo() });
    const rows = await world.asSuperuser<{ key: string }>(
      "select key from app.files where tenant_id = $1",
      [tenant.id],
    );
    for (const { key } of rows) await services.storage.current.delete(key);
    const mail = await forgotten(tenant);
    expect(mail?.pictures ?? []).toEqual([]);
    expect(mail?.html).not.toContain("cid:");
  });
});

describe("GET /branding/preview", () => {
  test("says what becomes of a colour, as a piece of the page", async () => {
    const { browser } = await admin();
    const preview = async (accent: string) =>
      (
        await browser.fragment(
          `/branding/preview?accent=${encodeURIComponent(accent)}`,
          "accent-preview",
        )
      ).text();
    const pale = await preview("#ffe066");
    expect(pale).toStartWith('<div id="accent-preview"');
    expect(pale).toContain("has a contrast of 1.3 : 1");
    expect(pale).toContain("/assets/accent/preview-ffe066.css");
    expect(await preview("#1c8269")).toContain("easy to read: its contrast is");
    const sheet = await browser.get("/assets/accent/preview-ffe066.css");
    expect(await sheet.text()).toContain(".accent-preview {");
  });
});

test("any colour ends in shades on which text can be read", () => {
  for (const hex of ["#ffffff", "#000000", "#ffe066", "#ff0000", "#7c3aed", "#808080"]) {
    const accent = accentOf(hex);
    for (const { fill, on } of [accent?.light, accent?.dark].filter((one) => one !== undefined)) {
      const onFill = accentOf(fill)?.contrastWithWhite ?? 0;
      const ratio = on === "#ffffff" ? onFill : 21 / onFill;
      expect([hex, fill, on, ratio >= 4.5]).toEqual([hex, fill, on, true]);
    }
  }
});
