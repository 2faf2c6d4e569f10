// Steps that many tests of domains take, and a name server at the edge of the machine.
import { afterAll } from "bun:test";
import { createDnsClient } from "#platform/dns/client.ts";
import type { GroupId } from "#src/ids.ts";
import { testApp, type TestApp, type TestTenant, type TestUser } from "../../support/a-tenant.ts";
import { type DnsPeer, dnsPeer, type Zone } from "../../support/dns-peer.ts";
import type { Script } from "../../support/browser.ts";

export const path = "/settings/domains";

export interface Shown {
  readonly id: string;
  readonly domain: string;
  readonly provedAt: string | null;
  readonly provedHow: string | null;
  readonly recordMissingSince: string | null;
  readonly record: { readonly type: string; readonly name: string; readonly value: string };
  readonly lastCheck: { readonly outcome: string; readonly found: readonly string[] } | null;
  readonly peopleCount: number;
  readonly groups: readonly { readonly id: string; readonly missingCount: number }[];
}

export interface House extends TestApp {
  readonly peer: DnsPeer;
  /** Adds records to those that are published. */
  publish(records: Zone): void;
}

/** The application with a name server that knows what a test publishes. */
export async function houseWithDns(): Promise<House> {
  const peer = await dnsPeer(
    {},
    {
      "_weftid-challenge.silent.example": "silent",
      "_weftid-challenge.broken.example": "servfail",
    },
  );
  afterAll(() => peer[Symbol.asyncDispose]());
  const house = await testApp({
    dns: createDnsClient({ servers: [peer.server], timeoutMs: 300 }),
  });
  let zone: Zone = {};
  return {
    ...house,
    peer,
    publish(records) {
      zone = { ...zone, ...records };
      peer.publish(zone);
    },
  };
}

export const json = async <T>(sent: Promise<Response> | Response): Promise<T> =>
  (await (await sent).json()) as T;
export const codeOf = async (sent: Promise<Response> | Response) => {
  const answer = await sent;
  return [answer.status, ((await answer.json()) as { code: string }).code];
};

/** Adds a domain as a script. */
export async function added(script: Script, domain: string): Promise<Shown> {
  const answer = await script.post(path, { domain });
  if (answer.status !== 201) throw new Error(`${answer.status}: ${await answer.text()}`);
  return json(answer);
}

/** A domain that is proved by its record. */
export async function proved(
  { publish }: House,
  { api }: TestTenant,
  domain: string,
): Promise<Shown> {
  const { id, record } = await added(api, domain);
  publish({ [record.name]: { TXT: [record.value] } });
  const shown = await json<Shown>(api.post(`${path}/${id}/check`));
  if (shown.provedAt === null) throw new Error("the domain was not proved");
  return shown;
}

/** Links a group, and answers what came of it. */
export const linked = (tenant: TestTenant, domain: Shown, group: { id: GroupId }) =>
  tenant.api.post(`${path}/${domain.id}/groups`, { groupId: group.id });

/** The groups of a person, by hand and otherwise. */
export const membershipsOf = ({ tenant }: TestTenant, user: Pick<TestUser, "id">) =>
  tenant.read((db) =>
    db
      .selectFrom("group_members")
      .select(["group_id as groupId", "by_hand as byHand"])
      .where("user_id", "=", user.id)
      .orderBy("group_id")
      .execute(),
  );

let numbers = 0;
/** A domain that no other test uses. */
export const aDomain = (): string => `organisation${(numbers += 1)}.example`;
