// Copies the browser files that come from packages to public/vendor/, with their licences. Run after changing a version:
// `bun bin/vendor.ts`. The copies are committed; a test compares them with the packages.
import { copyFileSync, mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import webauthn from "../node_modules/@simplewebauthn/browser/package.json" with { type: "json" };
import htmx from "htmx.org/package.json" with { type: "json" };
import swaggerUi from "swagger-ui-dist/package.json" with { type: "json" };

const root = fileURLToPath(new URL("../", import.meta.url));

export interface VendoredFile {
  /** Absolute path inside a package. */
  readonly from: string;
  /** Absolute path inside public/vendor. */
  readonly to: string;
}

const swaggerUiFiles = [
  "swagger-ui.css",
  "swagger-ui-bundle.js",
  "swagger-ui-bundle.js.LICENSE.txt",
  "LICENSE",
  "NOTICE",
] as const;

/** What is copied from where. */
export function vendoredFiles(): readonly VendoredFile[] {
  const packages = join(root, "node_modules");
  const vendor = join(root, "public", "vendor");
  return [
    {
      from: join(packages, "htmx.org/dist/htmx.min.js"),
      to: join(vendor, `htmx-${htmx.version}.min.js`),
    },
    { from: join(packages, "htmx.org/LICENSE"), to: join(vendor, `htmx-${htmx.version}.LICENSE`) },
    {
      from: join(packages, "@simplewebauthn/browser/dist/bundle/index.umd.min.js"),
      to: join(vendor, `simplewebauthn-${webauthn.version}.min.js`),
    },
    {
      from: join(packages, "@simplewebauthn/browser/LICENSE.md"),
      to: join(vendor, `simplewebauthn-${webauthn.version}.LICENSE`),
    },
    ...swaggerUiFiles.map((file) => ({
      from: join(packages, "swagger-ui-dist", file),
      to: join(vendor, `swagger-ui-${swaggerUi.version}`, file),
    })),
  ];
}

if (import.meta.main) {
  for (const { from, to } of vendoredFiles()) {
    mkdirSync(dirname(to), { recursive: true });
    copyFileSync(from, to);
    console.log(to.slice(root.length));
  }
}
