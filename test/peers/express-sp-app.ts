// The service provider itself: Express 5 and node-saml, as their manuals show them. A process of its own, started by express-sp.ts;
// it never loads code of ours. Settings come as JSON in the first argument, the port goes to standard output.
import { request as httpRequest } from "node:http";
import {
  type CacheItem,
  type CacheProvider,
  type Profile,
  SAML,
  SamlStatusError,
  ValidateInResponseTo,
} from "@node-saml/node-saml";
import express, { type Request, type Response } from "express";

/** One service provider of this process: it lives below `/<name>`. */
export interface ProviderSettings {
  readonly name: string;
  readonly title: string;
  readonly signsRequests: boolean;
  /** Whether a response without a request is taken. */
  readonly takesUnasked: boolean;
  readonly nameIdFormat: string | null;
  /** Takes part in single logout: it finds its session by the name in a request, or by the browser's cookie alone. */
  readonly logout?: "by-name" | "by-cookie";
  /** Where a person is sent once signed in, when not to a page of its own: another host. */
  readonly landing?: string;
}

export interface AppSettings {
  /** How browsers reach it: `https://app.example.org:1234`. */
  readonly origin: string;
  readonly privateKey: string;
  readonly certificate: string;
  readonly providers: readonly ProviderSettings[];
}

/** What its page shows after a response came in. */
export interface Facts {
  readonly outcome:
    | "signed in"
    | "signed out"
    | "no passive sign-in"
    | "status"
    | "refused"
    | "landed";
  readonly profile?: Readonly<Record<string, unknown>>;
  readonly relayState?: string | undefined;
  /** The codes of a refusal, outermost first, and whether its signature holds. */
  readonly status?: readonly string[];
  readonly isSigned?: boolean;
  readonly reason?: string;
}

interface Received {
  readonly status: 200 | 400 | 403;
  readonly facts: Facts;
}

/** What it learned from an identity provider's metadata. */
interface Idp {
  readonly entityId: string;
  readonly ssoUrl: string;
  readonly sloUrl: string;
  readonly certificates: string[];
}

const settings = JSON.parse(process.argv[2] ?? "{}") as AppSettings;
const idps = new Map<string, Idp>();
/** Requests that wait for their answer. */
const asked = new Map<string, CacheItem>();
const cacheProvider: CacheProvider = {
  saveAsync(id, value) {
    const item = { value, createdAt: Date.now() };
    asked.set(id, item);
    return Promise.resolve(item);
  },
  getAsync: (id) => Promise.resolve(asked.get(id)?.value ?? null),
  removeAsync: (id) => Promise.resolve(id !== null && asked.delete(id) ? id : null),
};

const sessions = new Map<string, Profile>();
const app = express();
app.use(express.urlencoded({ extended: false, limit: "1mb" }));
app.get("/favicon.ico", (_, response) => void response.status(204).end());

for (const provider of settings.providers) {
  const base = `/${provider.name}`;

  app.get(`${base}/metadata`, (_, response) => {
    const xml = optionsOf(provider).generateServiceProviderMetadata(
      null,
      provider.signsRequests ? settings.certificate : null,
    );
    response.type("application/samlmetadata+xml").send(xml);
  });

  // Its administrator enters our metadata address; `via` is where that host answers on this machine.
  app.post(`${base}/configure`, async (request, response) => {
    const { metadataUrl, via } = request.body as Record<string, string>;
    idps.set(provider.name, readIdp(await load(metadataUrl ?? "", Number(via))));
    response.json(idps.get(provider.name));
  });

  app.get(`${base}/login`, async (request, response) => {
    const saml = instance(provider, request, "HTTP-Redirect");
    response.redirect(await saml.getAuthorizeUrlAsync(relayOf(request), undefined, {}));
  });

  app.get(`${base}/login-post`, async (request, response) => {
    const saml = instance(provider, request, "HTTP-POST");
    response.send(await saml.getAuthorizeFormAsync(relayOf(request)));
  });

  app.post(`${base}/acs`, async (request, response) => {
    const { status, facts } = await receive(provider, request);
    if (facts.profile) keepSession(provider, response, facts.profile);
    if (provider.landing === undefined || facts.outcome !== "signed in") {
      return page(response.status(status), provider.title, facts);
    }
    return response.redirect(302, provider.landing);
  });
}

for (const provider of settings.providers.filter(({ logout }) => logout !== undefined)) {
  const base = `/${provider.name}`;

  app.get(`${base}/me`, (request, response) => {
    const profile = sessions.get(cookieOf(provider, request) ?? "");
    const outcome = profile ? ("signed in" as const) : ("signed out" as const);
    page(response, provider.title, { outcome, ...(profile ? { profile: plain(profile) } : {}) });
  });

  // The person signs out here: its own session first, then the identity provider is asked.
  app.get(`${base}/logout`, async (request, response) => {
    const cookie = cookieOf(provider, request) ?? "";
    const profile = sessions.get(cookie);
    if (!profile) return page(response, provider.title, { outcome: "signed out" });
    sessions.delete(cookie);
    const saml = instance(provider, request);
    return response.redirect(await saml.getLogoutUrlAsync(profile, relayOf(request), {}));
  });

  app.all(`${base}/slo`, async (request, response) => {
    const saml = instance(provider, request);
    const fields = (request.method === "POST" ? request.body : request.query) as Record<
      string,
      string
    >;
    const query = request.url.slice(request.url.indexOf("?") + 1);
    const { profile } =
      request.method === "GET"
        ? await saml.validateRedirectAsync(fields, query)
        : fields["SAMLRequest"] === undefined
          ? await saml.validatePostResponseAsync(fields)
          : await saml.validatePostRequestAsync(fields);
    const relayState = fields["RelayState"];
    if (fields["SAMLRequest"] === undefined || !profile) {
      return page(response, provider.title, { outcome: "signed out", relayState });
    }
    const isOver = endSession(provider, request, profile);
    return response.redirect(
      await saml.getLogoutResponseUrlAsync(profile, relayState ?? "", {}, isOver),
    );
  });
}

/** Its own sessions, by the cookie that stands for them. */
function keepSession(
  { name, logout }: ProviderSettings,
  response: Response,
  profile: Readonly<Record<string, unknown>>,
): void {
  if (logout === undefined) return;
  const cookie = `${name}.${crypto.randomUUID()}`;
  sessions.set(cookie, profile as unknown as Profile);
  // As browsers have it by themselves: not sent with what another site begins, but for links.
  response.cookie(name, cookie, { secure: true, httpOnly: true, sameSite: "lax" });
}

const cookieOf = ({ name }: ProviderSettings, request: Request): string | undefined =>
  new RegExp(`(?:^|; )${name}=([^;]+)`).exec(request.headers.cookie ?? "")?.[1];

/** Whether there was a session to end, as this application finds it. */
function endSession(provider: ProviderSettings, request: Request, asked: Profile): boolean {
  const named = [...sessions].find(
    ([cookie, { nameID, sessionIndex }]) =>
      cookie.startsWith(`${provider.name}.`) &&
      nameID === asked.nameID &&
      sessionIndex === asked.sessionIndex,
  )?.[0];
  const cookie = provider.logout === "by-name" ? named : cookieOf(provider, request);
  return cookie !== undefined && sessions.delete(cookie);
}

app.get("/landing", (_, response) => page(response, "Welcome", { outcome: "landed" }));

const listening = app.listen(0, "127.0.0.1", () => {
  const address = listening.address();
  console.log(typeof address === "object" ? address?.port : address);
});
// The parent holds the other end of standard input: when it goes, so does this.
process.stdin.on("end", () => process.exit(0)).resume();

function optionsOf(provider: ProviderSettings, idp?: Idp, more: object = {}): SAML {
  return new SAML({
    issuer: `${settings.origin}/${provider.name}/metadata`,
    callbackUrl: `${settings.origin}/${provider.name}/acs`,
    entryPoint: idp?.ssoUrl ?? "https://idp.invalid/",
    idpCert: idp?.certificates ?? [settings.certificate],
    ...(idp ? { idpIssuer: idp.entityId } : {}),
    identifierFormat: provider.nameIdFormat,
    ...(provider.logout
      ? {
          logoutUrl: idp?.sloUrl ?? "https://idp.invalid/",
          logoutCallbackUrl: `${settings.origin}/${provider.name}/slo`,
        }
      : {}),
    cacheProvider,
    wantAssertionsSigned: true,
    wantAuthnResponseSigned: false,
    validateInResponseTo: provider.takesUnasked
      ? ValidateInResponseTo.ifPresent
      : ValidateInResponseTo.always,
    ...(provider.signsRequests
      ? {
          privateKey: settings.privateKey,
          publicCert: settings.certificate,
          signatureAlgorithm: "sha256" as const,
          digestAlgorithm: "sha256" as const,
        }
      : {}),
    ...more,
  });
}

/** The provider as a request wants it: `?force` asks for a fresh sign-in, `?passive` for none that shows. */
function instance(provider: ProviderSettings, request: Request, binding?: string): SAML {
  const idp = idps.get(provider.name);
  if (!idp) throw new Error(`${provider.name} is not configured yet`);
  return optionsOf(provider, idp, {
    ...(binding ? { authnRequestBinding: binding } : {}),
    // Left to itself node-saml deflates posted requests too, which Bindings §3.5.4 does not know.
    skipRequestCompression: binding === "HTTP-POST",
    forceAuthn: request.query["force"] !== undefined,
    passive: request.query["passive"] !== undefined,
  });
}

/** Judges a response as node-saml does: signature, issuer, audience, times, and whose answer it is. */
async function receive(provider: ProviderSettings, request: Request): Promise<Received> {
  const body = request.body as { SAMLResponse: string; RelayState?: string };
  const relayState = body.RelayState;
  const isSigned = await saysNoUnderSignature(provider, body);
  try {
    const { profile } = await instance(provider, request).validatePostResponseAsync(body);
    if (!profile) return { status: 200, facts: { outcome: "no passive sign-in", relayState } };
    return { status: 200, facts: { outcome: "signed in", profile: plain(profile), relayState } };
  } catch (error) {
    if (!(error instanceof SamlStatusError)) {
      return { status: 400, facts: { outcome: "refused", reason: (error as Error).message } };
    }
    const status = statusesOf(error.xmlStatus);
    return { status: 403, facts: { outcome: "status", status, isSigned, relayState } };
  }
}

/** Whether the response is a refusal whose signature holds. node-saml does not ask that of a refusal by itself. */
async function saysNoUnderSignature(
  provider: ProviderSettings,
  body: { SAMLResponse: string },
): Promise<boolean> {
  const strict = optionsOf(provider, idps.get(provider.name), {
    wantAuthnResponseSigned: true,
    validateInResponseTo: ValidateInResponseTo.never,
  });
  return await strict.validatePostResponseAsync(body).then(
    () => false,
    (error: unknown) => error instanceof SamlStatusError,
  );
}

const relayOf = (request: Request): string =>
  typeof request.query["relay"] === "string" ? request.query["relay"] : "";

const plain = (profile: Profile) =>
  Object.fromEntries(Object.entries(profile).filter(([, value]) => typeof value !== "function"));

const statusesOf = (xml: string) =>
  Array.from(xml.matchAll(/StatusCode[^>]*\bValue="[^"]*?([^":]+)"/g), ([, name]) => name ?? "");

const escaped = (text: string) =>
  text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);

function page(response: Response, title: string, facts: Facts): void {
  const json = escaped(JSON.stringify(facts, null, 2));
  response.send(
    `<!doctype html><html lang="en"><meta name="viewport" content="width=device-width">` +
      `<title>${escaped(title)}</title><h1>${escaped(title)}</h1><pre id="facts">${json}</pre>`,
  );
}

/** The document behind an address whose host no DNS knows. */
function load(address: string, port: number): Promise<string> {
  const { host, pathname } = new URL(address);
  return new Promise((resolve, reject) => {
    const options = { host: "127.0.0.1", port, path: pathname, headers: { host } };
    httpRequest(options, (answer) => {
      let text = "";
      answer.setEncoding("utf8").on("data", (piece: string) => (text += piece));
      answer.on("end", () => {
        if (answer.statusCode === 200) resolve(text);
        else reject(new Error(`metadata: HTTP ${answer.statusCode}`));
      });
    })
      .on("error", reject)
      .end();
  });
}

function readIdp(xml: string): Idp {
  const all = (pattern: RegExp) => Array.from(xml.matchAll(pattern), ([, value]) => value ?? "");
  const [entityId = ""] = all(/\bentityID="([^"]+)"/g);
  const [ssoUrl = ""] = all(/<(?:\w+:)?SingleSignOnService\b[^>]*\bLocation="([^"]+)"/g);
  const [sloUrl = ""] = all(/<(?:\w+:)?SingleLogoutService\b[^>]*\bLocation="([^"]+)"/g);
  return { entityId, ssoUrl, sloUrl, certificates: all(/<(?:\w+:)?X509Certificate>([^<]+)</g) };
}
