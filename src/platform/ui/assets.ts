// Addresses of the files in public/. The content's hash is in the address, so that browsers may keep a file forever.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** Where the web server mounts public/. */
export const assetBase = "/assets";

/** The folder that holds what is served under {@link assetBase}. */
export const publicDirectory = fileURLToPath(new URL("../../../public/", import.meta.url));

const files = [
  "api-docs.js",
  "app.css",
  "app.js",
  "favicon.svg",
  "icons.svg",
  "passkeys.js",
] as const;
export type AssetFile = (typeof files)[number];

const addresses = new Map<string, string>(
  files.map((file) => {
    const hash = createHash("sha256").update(readFileSync(`${publicDirectory}${file}`));
    return [file, `${assetBase}/${file}?v=${hash.digest("hex").slice(0, 12)}`];
  }),
);

/** The address of a file of ours, with its content's hash. */
export function asset(file: AssetFile): string {
  return addresses.get(file) ?? `${assetBase}/${file}`;
}

export const htmxVersion = "4.0.1";
export const swaggerUiVersion = "5.35.0";
export const webauthnVersion = "14.0.0";

/** Copies of other people's files: the version is in the name, see bin/vendor.ts. */
export const htmxScript = `${assetBase}/vendor/htmx-${htmxVersion}.min.js`;
export const webauthnScript = `${assetBase}/vendor/simplewebauthn-${webauthnVersion}.min.js`;
export const swaggerUiBase = `${assetBase}/vendor/swagger-ui-${swaggerUiVersion}`;
