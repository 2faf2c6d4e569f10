// How much one caller may ask of the API in a minute: by network before its token is looked at, by client after.
import { defineError } from "../errors.ts";
import { defineLimit, networkOf } from "../limits.ts";
import type { Tally } from "../limits/tally.ts";
import { defineTexts } from "../texts.ts";
import type { HttpContext, Principal } from "./context.ts";
import { originOf } from "./handling.ts";

const texts = defineTexts("request_limits", {
  tooMany: "These are too many requests: wait before sending more",
  client: (name: string) => `API client “${name}”`,
});

export const tooManyRequests = defineError("request.too_many", {
  status: 429,
  title: texts.tooMany,
});

// Ten a second, for as long as it takes: more than a script needs that waits for its answers.
const byClient = defineLimit("api.requests_client", { most: 600, windowSeconds: 60 });
// An office, or a cloud's way out, is one network with many clients; beyond this not even the token is looked up.
const byNetwork = defineLimit("api.requests_network", { most: 3_000, windowSeconds: 60 });

/** @throws {tooManyRequests} */
export function countNetwork(tally: Tally, c: HttpContext): void {
  const network = networkOf(originOf(c).ip);
  const { tenantId } = c.var.site;
  hold(tally.count({ tenantId, limit: byNetwork, key: network, about: async () => network }));
}

/** @throws {tooManyRequests} */
export function countClient(tally: Tally, c: HttpContext, { actor }: Principal): void {
  if (actor.kind !== "client") return;
  const { clientId } = actor;
  const about = (db: Parameters<Parameters<Tally["count"]>[0]["about"]>[0]) =>
    db
      .selectFrom("api_clients")
      .select("name")
      .where("id", "=", clientId)
      .executeTakeFirst()
      .then((client) => texts.client(client?.name ?? clientId));
  hold(tally.count({ tenantId: c.var.site.tenantId, limit: byClient, key: clientId, about }));
}

function hold({
  allowed,
  retryAfterSeconds,
}: {
  allowed: boolean;
  retryAfterSeconds: number;
}): void {
  if (!allowed) throw tooManyRequests({ retryAfterSeconds });
}
