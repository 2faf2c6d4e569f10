// The activity cache: reachable, and does it remember?
import { createActivityCache } from "#platform/cache.ts";
import { type Check, ok, skipped, warn } from "../check.ts";
import { texts } from "../texts.ts";

export const cache: Check = {
  name: "cache",
  title: "Memcached",
  settings: ["MEMCACHED_"],
  async run({ services: { config } }) {
    if (!config.cache) return skipped(texts.cacheUnset);
    const { host, port } = config.cache;
    // One of its own: the application's rests for a while after a failure.
    const client = createActivityCache(config.cache);
    try {
      const key = `doctor ${crypto.randomUUID()}`;
      const isNew = await client.firstIn(key, 60);
      const isKnown = !(await client.firstIn(key, 60));
      return isNew && isKnown
        ? ok(texts.cacheWorks(`${host}:${port}`))
        : warn(texts.cacheAway(`${host}:${port}`), "docker compose up -d memcached");
    } finally {
      client.close();
    }
  },
};
