// A small browser and a small script: they keep cookies or a bearer token, and call the assembled application directly.

export interface Fetching {
  fetch(request: Request, server?: unknown): Response | Promise<Response>;
}

/** Field values of a form; an array repeats the field. */
export type Fields = Readonly<Record<string, string | readonly string[]>>;

export interface Sending {
  /** Over the browser's own; an undefined value takes one away. */
  readonly headers?: Readonly<Record<string, string | undefined>>;
  /** Redirects are followed, at most ten. Off unless asked for. */
  readonly follow?: boolean;
}

export interface StoredCookie {
  readonly value: string;
  /** As the server sent it, for assertions on its attributes. */
  readonly header: string;
}

export interface Browser {
  readonly origin: string;
  /** By full name (`__Host-session`). A test may take one out or put one in. */
  readonly cookies: Map<string, StoredCookie>;
  /** The network address requests come from. */
  ip: string;
  userAgent: string;
  get(path: string, sending?: Sending): Promise<Response>;
  post(path: string, fields?: Fields, sending?: Sending): Promise<Response>;
  put(path: string, fields?: Fields, sending?: Sending): Promise<Response>;
  patch(path: string, fields?: Fields, sending?: Sending): Promise<Response>;
  delete(path: string, fields?: Fields, sending?: Sending): Promise<Response>;
  /** A GET answered as a fragment, as htmx asks for it. */
  fragment(path: string, target: string, fields?: Fields): Promise<Response>;
  json(path: string): Promise<Response>;
  send(method: string, path: string, body: BodyInit | null, sending?: Sending): Promise<Response>;
}

const firefox = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:150.0) Gecko/20100101 Firefox/150.0";
let addresses = 0;

/** A browser at one tenant's address. Its requests are same-origin unless a test's headers say otherwise. */
export function aBrowser(app: Fetching, origin: string): Browser {
  addresses += 1;
  const cookies = new Map<string, StoredCookie>();
  const formHeaders = { "content-type": "application/x-www-form-urlencoded" };
  const form =
    (method: string) =>
    (path: string, fields: Fields = {}, sending: Sending = {}) => {
      const verb =
        method === "post" ? path : `${path}${path.includes("?") ? "&" : "?"}_method=${method}`;
      return browser.send("POST", verb, bodyOf(fields), {
        ...sending,
        headers: { ...formHeaders, ...sending.headers },
      });
    };
  const browser: Browser = {
    origin,
    cookies,
    ip: `198.51.${Math.floor(addresses / 250) % 250}.${(addresses % 250) + 1}`,
    userAgent: firefox,
    get: (path, sending) => browser.send("GET", path, null, sending),
    post: form("post"),
    put: form("put"),
    patch: form("patch"),
    delete: form("delete"),
    fragment: (path, target, fields) => {
      const headers = {
        ...formHeaders,
        "hx-request": "true",
        "hx-request-type": "partial",
        "hx-target": `div#${target}`,
      };
      return browser.send(fields ? "POST" : "GET", path, fields ? bodyOf(fields) : null, {
        headers,
      });
    },
    json: (path) => browser.get(path, { headers: { accept: "application/json" } }),
    async send(method, path, body, { headers = {}, follow = false } = {}) {
      const answer = await transmit(app, browser, { method, path, body, headers });
      keepCookies(cookies, answer);
      return follow ? followed(browser, answer) : answer;
    },
  };
  return browser;
}

interface Transmission {
  readonly method: string;
  readonly path: string;
  readonly body: BodyInit | null;
  readonly headers: Readonly<Record<string, string | undefined>>;
}

async function transmit(
  app: Fetching,
  browser: Browser,
  { method, path, body, headers }: Transmission,
) {
  const url = new URL(path, browser.origin);
  const all = new Headers({
    host: url.host,
    accept: "text/html,application/xhtml+xml,*/*;q=0.8",
    "user-agent": browser.userAgent,
    "sec-fetch-site": method === "GET" ? "none" : "same-origin",
    ...(method === "GET" ? {} : { origin: browser.origin }),
  });
  const jar = [...browser.cookies].map(([name, { value }]) => `${name}=${value}`);
  if (jar.length > 0) all.set("cookie", jar.join("; "));
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined) all.delete(name);
    else all.set(name, value);
  }
  const request = new Request(url, { method, headers: all, body, redirect: "manual" });
  return app.fetch(request, serverAt(browser.ip));
}

/** What the application asks its server: the address at the other end of the socket. */
const serverAt = (address: string) => ({
  requestIP: () => ({ address, family: "IPv4", port: 40_000 }),
});

function keepCookies(cookies: Map<string, StoredCookie>, answer: Response): void {
  for (const header of answer.headers.getSetCookie()) {
    const [pair = "", ...attributes] = header.split(";").map((part) => part.trim());
    const name = pair.slice(0, pair.indexOf("="));
    const isGone = attributes.some((attribute) => /^max-age=0$/i.test(attribute));
    if (isGone) cookies.delete(name);
    else cookies.set(name, { value: pair.slice(pair.indexOf("=") + 1), header });
  }
}

async function followed(browser: Browser, first: Response): Promise<Response> {
  let answer = first;
  for (let hops = 0; answer.status >= 300 && answer.status < 400; hops += 1) {
    if (hops === 10) throw new Error("more than ten redirects");
    answer = await browser.get(answer.headers.get("location") ?? "/");
  }
  return answer;
}

function bodyOf(fields: Fields): string {
  const body = new URLSearchParams();
  for (const [name, value] of Object.entries(fields)) {
    for (const each of typeof value === "string" ? [value] : value) body.append(name, each);
  }
  return body.toString();
}

export interface Script {
  get(path: string): Promise<Response>;
  post(path: string, body?: unknown): Promise<Response>;
  put(path: string, body?: unknown): Promise<Response>;
  patch(path: string, body?: unknown): Promise<Response>;
  delete(path: string, body?: unknown): Promise<Response>;
}

/** A script with a bearer token: paths are below /api/v1, bodies are JSON. */
export function aScript(app: Fetching, origin: string, token: string | null): Script {
  const send = (method: string) => async (path: string, body?: unknown) => {
    const url = new URL(`/api/v1${path}`, origin);
    const headers = new Headers({ host: url.host, accept: "application/json" });
    if (token !== null) headers.set("authorization", `Bearer ${token}`);
    if (body !== undefined) headers.set("content-type", "application/json");
    const payload = body === undefined ? null : JSON.stringify(body);
    return app.fetch(new Request(url, { method, headers, body: payload }), serverAt("203.0.113.9"));
  };
  return {
    get: send("GET"),
    post: send("POST"),
    put: send("PUT"),
    patch: send("PATCH"),
    delete: send("DELETE"),
  };
}
