// Chromium for the journeys: every host of ours leads to this machine, nothing leads anywhere else. Whatever a page complains about
// (console, content security policy, a file that is missing) fails the journey.
import { atEnd, closeInReverse } from "../../peers/ending.ts";
import {
  type Browser,
  type BrowserContext,
  chromium,
  type Page,
  type Response,
} from "playwright-core";
import { needs } from "../../support/programs.ts";
import { baseDomains } from "./stage.ts";

export const program = needs("chromium");

/** Prepares what tests with a browser need, at the top of their file; nothing where there is none: they are skipped there. */
export async function prepare<T extends object>(start: () => Promise<T>): Promise<T> {
  if (!program.found) return {} as T;
  closeInReverse();
  return start();
}

export const sizes = { narrow: { width: 360, height: 740 }, wide: { width: 1280, height: 900 } };
export type Size = keyof typeof sizes;

export interface Visitor {
  readonly page: Page;
  readonly context: BrowserContext;
  /** Whether scripts run in its pages: axe is one. */
  readonly javaScript: boolean;
  /** What the pages complained about so far. */
  readonly complaints: string[];
}

export interface VisitorOptions {
  readonly size?: Size;
  readonly javaScript?: boolean;
}

const hosts = ["*.example.test", "*.example.org", "*.example.net", "*.example.com", "*.localhost"];
const resolverRules = hosts
  .map((host) => `MAP ${host} 127.0.0.1`)
  .concat("MAP * ~NOTFOUND", "EXCLUDE 127.0.0.1")
  .join(", ");

/** Launches it; it ends after the file's last test. */
export async function launch(): Promise<Browser> {
  const browser = await chromium.launch({
    executablePath: program.path,
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      `--host-resolver-rules=${resolverRules}`,
    ],
  });
  atEnd(() => browser.close());
  return browser;
}

/** Somebody at a browser of their own: no cookies, nothing remembered. */
export async function visitor(
  browser: Browser,
  { size = "wide", javaScript = true }: VisitorOptions = {},
): Promise<Visitor> {
  const context = await browser.newContext({
    viewport: sizes[size],
    javaScriptEnabled: javaScript,
    ignoreHTTPSErrors: true,
    locale: "en-GB",
    timezoneId: "Europe/London",
    reducedMotion: "reduce",
  });
  context.setDefaultTimeout(10_000);
  const complaints: string[] = [];
  context.on("page", (page) => listen(page, complaints));
  const page = await context.newPage();
  return { page, context, javaScript, complaints };
}

const isOurs = (address: string) =>
  Object.values(baseDomains).some((base) => URL.parse(address)?.hostname.endsWith(base) === true);

function listen(page: Page, complaints: string[]): void {
  page.on("console", (message) => {
    const isLoad = message.text().startsWith("Failed to load resource");
    if (message.type() !== "error" || isLoad || !isOurs(page.url())) return;
    complaints.push(`${page.url()}: ${message.text()}`);
  });
  page.on("pageerror", (error) => {
    if (isOurs(page.url())) complaints.push(`${page.url()}: ${error.message}`);
  });
  page.on("response", (response) => {
    if (isOurs(response.url()) && !isExpected(response)) {
      complaints.push(`${response.url()}: HTTP ${response.status()}`);
    }
  });
}

/**
 * A page may say no; its files must be there, and nothing may break. A piece of a page may come too late: 410, when the password's
 * meter is asked while the form is on its way.
 */
function isExpected(response: Response): boolean {
  const isPage = response.request().resourceType() === "document";
  const status = response.status();
  return isPage ? status < 500 : status < 400 || status === 410;
}
