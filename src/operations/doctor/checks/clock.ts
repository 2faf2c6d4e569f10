// Do the clocks of this machine and of the database agree? Codes, sessions and assertions are good for minutes.
import { inspectDatabase } from "#platform/db/inspect.ts";
import { type Check, fail, ok, warn } from "../check.ts";
import { texts } from "../texts.ts";

const warnMs = 2_000;
/** One step of an authenticator app. */
const failMs = 30_000;
const repair = "sudo timedatectl set-ntp true";

export const clock: Check = {
  name: "clock",
  title: "Clock",
  settings: ["POSTGRES_"],
  needsDatabase: true,
  async run({ services }) {
    const skewMs = await inspectDatabase(services.config.database, async (inspector) => {
      const before = services.clock.now().getTime();
      const [row] = await inspector.rows<{ at: number }>(
        "select extract(epoch from clock_timestamp())::float8 * 1000 as at",
      );
      const after = services.clock.now().getTime();
      // Halfway between question and answer.
      return (before + after) / 2 - (row?.at ?? 0);
    });
    const seconds = Math.round(Math.abs(skewMs) / 100) / 10;
    if (Math.abs(skewMs) < warnMs) return ok(texts.clocksAgree);
    const says = skewMs > 0 ? texts.clockAhead(seconds) : texts.clockBehind(seconds);
    return Math.abs(skewMs) < failMs ? warn(says, repair) : fail(says, repair);
  },
};
