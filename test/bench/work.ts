// The pieces of work that are measured, over HTTP as a browser and a script do them, and the bare operations beside them.
import { generateKeyPairSync, sign } from "node:crypto";
import { deflateRawSync } from "node:zlib";
import { verify } from "@node-rs/argon2";
import { generate } from "otplib";
import { entityId, password, type Person, type Stage } from "./stage.ts";

type Headers = Readonly<Record<string, string>>;
export type Ask = (
  method: "GET" | "POST",
  path: string,
  headers: Headers,
  form?: Headers,
) => Promise<Response>;

/** Requests to the process at this port, addressed to the tenant. */
export const asking =
  ({ host, origin }: Stage, port: number): Ask =>
  (method, path, headers, form) =>
    fetch(`http://127.0.0.1:${port}${path}`, {
      method,
      redirect: "manual",
      headers: { host, accept: "text/html", ...(form ? { origin } : {}), ...headers },
      ...(form ? { body: new URLSearchParams(form) } : {}),
    });

/** Reads the answer to its end. @throws when its status is another */
async function expectStatus(answer: Response, status: number): Promise<string> {
  const text = await answer.text();
  if (answer.status === status) return text;
  throw new Error(
    `${answer.url} answered ${answer.status}, expected ${status}: ${text.slice(0, 500)}`,
  );
}

const session = "__Host-session";

/** An address of somebody: what comes from one network is limited. */
const networkOf = (at: number) => `198.18.${Math.floor(at / 250)}.${(at % 250) + 1}`;

/** From the sign-in page to the start page: seven requests, one password verified, one code, one session started. */
export function signingIn(ask: Ask, people: readonly Person[]) {
  let next = 0;
  return async () => {
    const person = people[next];
    if (!person)
      throw new Error(
        `all ${people.length} people have signed in: more are needed for this machine`,
      );
    next += 1;
    const cookies = new Map<string, string>();
    const from = networkOf(next);
    const step = async (method: "GET" | "POST", path: string, form?: Headers) => {
      const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join("; ");
      const answer = await ask(method, path, { cookie, "x-forwarded-for": from }, form);
      for (const header of answer.headers.getSetCookie()) {
        const [name = "", value = ""] = (header.split(";")[0] ?? "").split("=");
        cookies.set(name, value);
      }
      await expectStatus(answer, form ? 303 : 200);
      return answer.headers.get("location") ?? "";
    };
    await step("GET", "/sign-in");
    await step("GET", await step("POST", "/sign-in", { email: person.email, return_to: "/" }));
    const second = await step("POST", "/sign-in/password", { password });
    await step("GET", second);
    const code = await generate({ secret: person.totpSecret });
    await step("GET", await step("POST", second, { code }));
    if (!cookies.has(session)) throw new Error("no session was started");
  };
}

let requests = 0;

/** A request that arrives by redirect and its response: two requests, one signature. */
export function signingOn(ask: Ask, { sessions, origin }: Stage) {
  return async (caller: number) => {
    const own = `${session}=${sessions[caller % sessions.length]}`;
    const query = deflated(authnRequest(`${origin}/saml/idp/sso`));
    const from = networkOf(Math.floor(requests / 100));
    const headers = { cookie: own, "x-forwarded-for": from };
    const arrived = await ask("GET", `/saml/idp/sso?SAMLRequest=${query}`, headers);
    await expectStatus(arrived, 303);
    const bound = arrived.headers.getSetCookie()[0]?.split(";")[0] ?? "";
    const path = arrived.headers.get("location") ?? "";
    const page = await expectStatus(await ask("GET", path, { cookie: `${own}; ${bound}` }), 200);
    if (!page.includes("SAMLResponse")) throw new Error("no response was sent");
  };
}

const deflated = (xml: string) => encodeURIComponent(deflateRawSync(xml).toString("base64"));

const authnRequest = (destination: string) =>
  `<samlp:AuthnRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_bench${(requests += 1)}" Version="2.0" ` +
  `IssueInstant="${new Date().toISOString()}" Destination="${destination}"><saml:Issuer ` +
  `xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion">${entityId}</saml:Issuer></samlp:AuthnRequest>`;

/** The start page of somebody who is signed in. */
export const readingPage =
  (ask: Ask, { sessions }: Stage) =>
  async (caller: number) => {
    const cookie = `${session}=${sessions[caller % sessions.length]}`;
    await expectStatus(await ask("GET", "/", { cookie }), 200);
  };

/** `GET /api/v1/me` by scripts, in turn: what one client, and what one network, may ask in a minute is limited. */
export const readingJson = (ask: Ask, { bearers }: Stage) => {
  let sent = 0;
  return async () => {
    sent += 1;
    const headers = {
      authorization: `Bearer ${bearers[sent % bearers.length]}`,
      accept: "application/json",
      "x-forwarded-for": networkOf(sent % 1_000),
    };
    await expectStatus(await ask("GET", "/api/v1/me", headers), 200);
  };
};

/** The bare route with one query. */
export const readingBare =
  (ask: Ask, { people }: Stage) =>
  async () => {
    await expectStatus(await ask("GET", `/${people[0]?.id}`, {}), 200);
  };

/** One argon2id verification with our parameters. */
export const verifying =
  ({ passwordHash }: Stage) =>
  async () => {
    if (!(await verify(passwordHash, password))) throw new Error("the password was not accepted");
  };

/** One RSA-2048 signature with SHA-256, on the thread pool as in the product. */
export function signing() {
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2_048 });
  const octets = Buffer.alloc(1_000, "a");
  return () =>
    new Promise<void>((resolve, reject) => {
      sign("sha256", octets, privateKey, (error) => (error ? reject(error) : resolve()));
    });
}
