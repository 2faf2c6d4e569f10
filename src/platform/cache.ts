// An activity cache in memcached: saves work that may be done twice. It may be away, slow or empty at any time; nothing relies on it.
import { createHash } from "node:crypto";
import { Client, Server } from "memjs";
import type { Logger } from "./log.ts";

export interface ActivityCache {
  /** Whether nobody asked about this key within the last `seconds` (1 to 30 days). True when the cache cannot say: do the work. */
  firstIn(key: string, seconds: number): Promise<boolean>;
  close(): void;
}

/** Longer than a healthy cache on the same network ever takes; nobody waits for a page because of a cache. */
const patienceMs = 250;
/** How long a cache that failed is left alone, so that its being away costs one wait now and then, not one a request. */
const restMs = 2_000;
const longestSeconds = 30 * 86_400; // memcached reads more as a date

/** `null`: no cache, every answer is true. The connection is made with the first question. */
export function createActivityCache(
  server: { host: string; port: number } | null,
  log?: Logger,
): ActivityCache {
  if (!server) return { firstIn: () => Promise.resolve(true), close: () => undefined };
  let client: Client | null = null;
  let asleepUntil = 0;

  const rest = (cause: unknown): true => {
    // After a failure memjs can leave later calls unanswered for ever: this client is not asked again.
    client?.close();
    client = null;
    if (performance.now() >= asleepUntil) log?.warn({ cause }, "activity cache failed");
    asleepUntil = performance.now() + restMs;
    return true;
  };

  return {
    async firstIn(key, seconds) {
      if (performance.now() < asleepUntil) return true;
      client ??= connect(server);
      const expires = Math.min(Math.max(1, Math.ceil(seconds)), longestSeconds);
      try {
        return await withinPatience(client.add(shortKey(key), "1", { expires }));
      } catch (error) {
        return rest(error);
      }
    },
    close() {
      client?.close();
      client = null;
    },
  };
}

function connect({ host, port }: { host: string; port: number }): Client {
  const patience = patienceMs / 1000;
  const options = {
    timeout: patience,
    conntimeout: patience,
    retries: 0,
    logger: { log: () => undefined },
  };
  return new Client([new Server(host, port, "", "", options)], options);
}

/** Of fixed length and alphabet: memcached's keys end at 250 bytes and have no spaces, and longer ones make memjs hang. */
const shortKey = (key: string): string =>
  `weft:${createHash("sha256").update(key).digest("base64url")}`;

async function withinPatience<T>(work: Promise<T>): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => reject(new Error(`no answer within ${patienceMs} ms`)),
    patienceMs,
  );
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
