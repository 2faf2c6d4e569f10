// The files in public/: icons, copies of packages, styles, and accents that stay readable.
import { describe, expect, test } from "bun:test";
import { Glob } from "bun";
import { assert, integer, property } from "fast-check";
import { contrast } from "#platform/ui/accent.ts";
import { htmxVersion, swaggerUiVersion, webauthnVersion } from "#platform/ui/assets.ts";
import { iconNames } from "#platform/ui/icon.tsx";
import {
  accentAddress,
  accentStylesheet,
  asset,
  htmxScript,
  publicDirectory,
  swaggerUiBase,
  webauthnScript,
} from "#platform/ui/index.ts";
import htmx from "htmx.org/package.json" with { type: "json" };
import webauthn from "../../../node_modules/@simplewebauthn/browser/package.json" with { type: "json" };
import swaggerUi from "swagger-ui-dist/package.json" with { type: "json" };
import { vendoredFiles } from "../../../bin/vendor.ts";

const read = (path: string) => Bun.file(publicDirectory + path).text();
const fileOf = (address: string) =>
  Bun.file(publicDirectory + address.replace(/^\/assets\//, "").replace(/\?.*/, ""));

describe("icons", () => {
  test("are exactly the symbols of the sprite", async () => {
    const symbols = [...(await read("icons.svg")).matchAll(/<symbol id="([^"]+)"/g)].map(
      ([, id]) => id!,
    );
    expect(symbols.sort()).toEqual([...iconNames].sort());
  });
});

describe("vendored files", () => {
  for (const { from, to } of vendoredFiles())
    test(`${to.slice(publicDirectory.length)} equals the package's`, async () => {
      expect(Bun.file(to).size).toBeGreaterThan(0);
      expect(await Bun.file(to).bytes()).toEqual(await Bun.file(from).bytes());
    });

  test("are all listed, and at the versions that pages ask for", async () => {
    const kept = [...new Glob("vendor/**").scanSync({ cwd: publicDirectory })].map(
      (file) => publicDirectory + file,
    );
    expect(kept.sort()).toEqual(
      vendoredFiles()
        .map(({ to }) => to)
        .sort(),
    );
    expect({ htmxVersion, webauthnVersion, swaggerUiVersion }).toEqual({
      htmxVersion: htmx.version,
      webauthnVersion: webauthn.version,
      swaggerUiVersion: swaggerUi.version,
    });
    expect(await fileOf(htmxScript).exists()).toBe(true);
    expect(await fileOf(webauthnScript).exists()).toBe(true);
    expect(await fileOf(`${swaggerUiBase}/swagger-ui-bundle.js`).exists()).toBe(true);
  });
});

describe("addresses", () => {
  test("carry the hash of the file", async () => {
    const hash = new Bun.CryptoHasher("sha256")
      .update(await read("app.css"))
      .digest("hex")
      .slice(0, 12);
    expect(asset("app.css")).toBe(`/assets/app.css?v=${hash}`);
  });
});

describe("app.css", () => {
  test("asks nothing of other hosts", async () => {
    const sources = [...(await read("app.css")).matchAll(/url\(["']?([^"')]+)/g)].map(
      ([, address]) => address,
    );
    expect(sources).toEqual(["weave.svg"]);
    expect(await read("app.css")).not.toContain("@import");
  });
});

describe("app.js", () => {
  test("evaluates no text as code and writes no HTML", async () => {
    for (const file of ["app.js", "api-docs.js"])
      expect(await read(file)).not.toMatch(
        /\beval\(|new Function|innerHTML|insertAdjacentHTML|document\.write|\.style\b/,
      );
  });
});

describe("accentStylesheet", () => {
  const rgb = (hex: string): [number, number, number] => {
    const channel = (at: number) => Number.parseInt(hex.slice(at, at + 2), 16);
    return [channel(1), channel(3), channel(5)];
  };
  const pairs = (css: string, token: string) =>
    new RegExp(`--${token}: light-dark\\((#[0-9a-f]{6}), (#[0-9a-f]{6})\\)`)
      .exec(css)!
      .slice(1)
      .map(rgb);

  test("keeps text and shapes readable in both themes, whatever the colour", () => {
    assert(
      property(integer({ min: 0, max: 0xffffff }), (colour) => {
        const css = accentStylesheet(colour.toString(16).padStart(6, "0"))!;
        const [fill, on, text] = ["accent", "on-accent", "accent-text"].map((token) =>
          pairs(css, token),
        );
        const surfaces = [rgb("#ffffff"), rgb("#161b1f")];
        for (const theme of [0, 1]) {
          expect(contrast(fill![theme]!, on![theme]!)).toBeGreaterThanOrEqual(4.5);
          expect(contrast(fill![theme]!, surfaces[theme]!)).toBeGreaterThanOrEqual(3);
          expect(contrast(text![theme]!, surfaces[theme]!)).toBeGreaterThanOrEqual(4.5);
        }
      }),
      { numRuns: 500 },
    );
  });

  test("refuses what is not a colour, so that nothing else gets into the stylesheet", () => {
    for (const value of ["", "fff", "12345g", "ffffff}body{display:none", "../../x", "#ffffff;"]) {
      expect(accentStylesheet(value)).toBeNull();
      expect(accentAddress(value)).toBeNull();
    }
  });

  test("has an address made of the colour alone", () => {
    expect(accentAddress("#E11D48")).toBe("/assets/accent/e11d48.css");
    expect(accentAddress(undefined)).toBeNull();
  });
});
