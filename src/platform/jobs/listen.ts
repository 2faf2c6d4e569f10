// Hears of new jobs at once: LISTEN on a connection of its own, opened again whenever it breaks. The worker's poll covers the gaps.
import { Client } from "pg";
import type { DatabaseSettings } from "../db/database.ts";
import { tlsOf } from "../db/tls.ts";
import { createAlarm, settledWithin } from "./alarm.ts";
import type { JobLog } from "./log.ts";

export interface Listener {
  readonly isListening: () => boolean;
  close(): Promise<void>;
}

const delayFirstSeconds = 0.1;
const delayMaxSeconds = 10;
const closeSeconds = 1;

/** Calls `onNotice` for every notification on `weft_jobs`, and after each connect, for some may have been missed before it. */
export function listenForJobs(
  settings: DatabaseSettings,
  log: JobLog,
  onNotice: () => void,
): Listener {
  const alarm = createAlarm();
  const closing = new AbortController();
  let isListening = false;
  let isFailing = false;
  const onListening = (): void => {
    isListening = true;
    if (isFailing) log.info({}, "listening for jobs resumed");
    isFailing = false;
    onNotice();
  };

  async function listenAlways(): Promise<void> {
    let delaySeconds = delayFirstSeconds;
    while (!closing.signal.aborted) {
      const startedAt = performance.now();
      try {
        await listenOnce(openClient(settings), closing.signal, { onListening, onNotice });
      } catch (error) {
        if (!isFailing && !closing.signal.aborted)
          log.warn({ err: error }, "listening for jobs interrupted");
        isFailing = true;
      }
      isListening = false;
      if (performance.now() - startedAt > delayMaxSeconds * 1000) delaySeconds = delayFirstSeconds;
      if (!closing.signal.aborted) await alarm.wait(delaySeconds);
      delaySeconds = Math.min(delaySeconds * 2, delayMaxSeconds);
    }
  }

  const finished = listenAlways();
  return {
    isListening: () => isListening,
    async close() {
      closing.abort();
      alarm.ring();
      await finished;
    },
  };
}

/** Listens on `client` until `closing` aborts. @throws when the connection fails or ends */
async function listenOnce(
  client: Client,
  closing: AbortSignal,
  { onListening, onNotice }: Readonly<Record<"onListening" | "onNotice", () => void>>,
): Promise<void> {
  const { promise: ended, resolve: end } = Promise.withResolvers<unknown>();
  const hangUp = (): void => end(null);
  closing.addEventListener("abort", hangUp);
  client.on("error", end);
  client.on("end", () => end(new Error("the connection ended")));
  client.on("notification", onNotice);
  const begin = async (): Promise<unknown> => {
    await client.connect();
    await client.query("listen weft_jobs");
    if (!closing.aborted) onListening();
    return ended;
  };
  const listening = begin();
  listening.catch(() => undefined); // after hanging up nobody asks for it
  try {
    const error = await Promise.race([ended, listening]);
    if (error) throw error;
  } finally {
    closing.removeEventListener("abort", hangUp);
    await settledWithin(client.end(), closeSeconds);
  }
}

const openClient = (settings: DatabaseSettings): Client =>
  new Client({
    host: settings.host,
    port: settings.port,
    database: settings.name,
    user: settings.user,
    password: settings.password,
    ssl: tlsOf(settings),
    connectionTimeoutMillis: 5_000,
    keepAlive: true,
    application_name: "weft listener",
  });
