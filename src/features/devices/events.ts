// What a browser stands for, as the audit trail keeps it.
import { z } from "zod";
import { defineEvent } from "#platform/audit/define.ts";
import { DeviceId, UserId } from "#src/ids.ts";
import { texts } from "./texts.ts";

const Data = z.object({ userId: UserId, deviceId: DeviceId });

export const deviceRemembered = defineEvent("device.remembered", {
  says: texts.remembered,
  data: Data.extend({ until: z.iso.datetime() }),
});
export const deviceForgotten = defineEvent("device.forgotten", {
  says: texts.forgotten,
  data: Data,
});
