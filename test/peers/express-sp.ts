// Starts the Express service provider as a process of its own: on Node where there is one, else on this Bun, where node-saml cannot
// sign the redirect binding (crypto.getHashes lacks the names it asks for).
import { atEnd } from "./ending.ts";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { createSigningKey } from "#protocols/saml/keys.ts";
import { needs } from "../support/programs.ts";
import type { AppSettings, Facts, ProviderSettings } from "./express-sp-app.ts";
import type { Front } from "./front.ts";

export type { Facts, ProviderSettings };

export interface ExpressSp {
  /** How browsers reach it. */
  readonly origin: string;
  /** Where its metadata can be fetched on this machine. */
  metadataUrl(provider: string): string;
  metadata(provider: string): Promise<string>;
  /** The address that a login page redirects to: the request, as the browser would carry it. */
  redirectOf(path: string): Promise<string>;
  /** Enters the identity provider's metadata address; `via` is the port at which that host answers here. */
  configure(provider: string, idp: { metadataUrl: string; via: number }): Promise<void>;
}

const node = needs("node");
/** Whether node-saml can sign on the redirect binding here. */
export const signsRedirects = node.found;
const checkout = join(import.meta.dir, "../..");

/** Starts it for `host`; it ends after the file's last test. */
export async function startExpressSp(
  front: Front,
  host: string,
  providers: readonly ProviderSettings[],
): Promise<ExpressSp> {
  const key = await createSigningKey({ commonName: host, now: new Date(), years: 1 });
  const origin = front.origin(host);
  const settings: AppSettings = {
    origin,
    privateKey: key.privateKeyPem,
    certificate: key.certificatePem,
    providers,
  };
  const program = node.found ? [node.path, await asJavaScript()] : [process.execPath, source];
  const child = Bun.spawn([...program, JSON.stringify(settings)], {
    cwd: checkout,
    stdin: "pipe",
    stdout: "pipe",
    stderr: "inherit",
    env: { ...Bun.env, NODE_ENV: "test" },
  });
  atEnd(async () => {
    child.kill();
    await child.exited;
  });
  const port = await firstNumber(child.stdout);
  front.route(host, port);
  const here = `http://127.0.0.1:${port}`;
  const metadataUrl = (provider: string) => `${here}/${provider}/metadata`;
  return {
    origin,
    metadataUrl,
    metadata: async (provider) => (await fetch(metadataUrl(provider))).text(),
    async redirectOf(path) {
      const answer = await fetch(`${here}/${path}`, { redirect: "manual" });
      return answer.headers.get("location") ?? "";
    },
    async configure(provider, { metadataUrl: address, via }) {
      const body = new URLSearchParams({ metadataUrl: address, via: String(via) });
      const answer = await fetch(`${here}/${provider}/configure`, { method: "POST", body });
      if (!answer.ok) throw new Error(`${provider} refused the metadata: ${await answer.text()}`);
    },
  };
}

const source = join(import.meta.dir, "express-sp-app.ts");

/** Node may be too old to read TypeScript. Inside the checkout, so that it finds the packages. */
async function asJavaScript(): Promise<string> {
  const outdir = join(checkout, ".artifacts/peers", crypto.randomUUID());
  const built = await Bun.build({
    entrypoints: [source],
    target: "node",
    format: "esm",
    packages: "external",
    outdir,
    naming: "[name].mjs",
  });
  atEnd(() => rm(outdir, { recursive: true, force: true }));
  if (!built.success) throw new Error(built.logs.map(({ message }) => message).join("\n"));
  return join(outdir, "express-sp-app.mjs");
}

async function firstNumber(output: ReadableStream<Uint8Array>): Promise<number> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const piece of output) {
    text += decoder.decode(piece, { stream: true });
    const number = /^(\d+)\n/.exec(text)?.[1];
    if (number) return Number(number);
  }
  throw new Error(`the service provider did not start: ${text}`);
}
