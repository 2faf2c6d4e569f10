// Registering applications as an administrator or a script does.
import { expect } from "bun:test";
import type { TestTenant } from "../../support/a-tenant.ts";
import { acs, descriptor } from "../../protocols/saml/support/sp-metadata.ts";

let counted = 0;

/** An entity id that nobody has yet. */
export const anEntityId = () => `https://sp${(counted += 1)}.example.org/metadata`;

/** Metadata of a service provider with one address for responses. */
export const metadataOf = (entityId: string, url = "https://sp.example.org/acs", role = "") =>
  descriptor(acs(`Location="${url}" index="0"`), { id: entityId, role });

export const byHand = (name = "Wiki") => {
  const entityId = anEntityId();
  return { kind: "saml", name, entityId, acsUrl: new URL("/acs", entityId).href };
};

export interface Registered {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly isEnabled: boolean;
  readonly availableToAll: boolean;
  readonly entityId: string;
  readonly metadataUrl: string;
  readonly ssoUrl: string;
  readonly setupUrl: string;
  readonly serviceProvider: {
    readonly entityId: string;
    readonly acs: readonly { url: string; isDefault: boolean }[];
    readonly signingCertificates: readonly string[];
    readonly signsRequests: boolean;
    readonly nameIdFormat: string;
    readonly metadataUrl: string | null;
  };
}

/** Registers by the API and answers what it answers. */
export async function register({ api }: TestTenant, input: object = byHand()): Promise<Registered> {
  const answer = await api.post("/applications", input);
  expect({ status: answer.status, text: answer.ok ? "" : await answer.text() }).toEqual({
    status: 201,
    text: "",
  });
  return (await answer.json()) as Registered;
}

export async function show({ api }: TestTenant, id: string): Promise<Registered> {
  return (await (await api.get(`/applications/${id}`)).json()) as Registered;
}

/** Status, code and fields of a refusal. */
export async function refusalOf(answer: Response) {
  const { code, errors = {} } = (await answer.json()) as {
    code: string;
    errors?: Record<string, string>;
  };
  return { status: answer.status, code, fields: Object.keys(errors) };
}
