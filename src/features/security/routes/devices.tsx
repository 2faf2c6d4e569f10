// One's own devices that stand for the second step: asking one for it again.
import { forgetDevice, rememberedDevices } from "#features/devices/index.ts";
import { deviceName } from "#features/sessions/index.ts";
import type { Handling } from "#platform/http/context.ts";
import { redirect } from "#platform/http/context.ts";
import { routes } from "#platform/http/route.ts";
import { DeviceParams } from "../schema.ts";
import { mine } from "../me.ts";
import { texts } from "../texts.ts";
import type { OwnDevice } from "../views/devices.tsx";

export const ownDeviceRoutes = routes().screen("delete", "/security/devices/:deviceId", {
  permit: "account.manage",
  title: texts.sessionsTitle,
  params: DeviceParams,
  handle: async (handling) => {
    const { tenant, actor, userId } = mine(handling);
    const { deviceId } = handling.params;
    await tenant.write((db) => forgetDevice(db, actor, { userId, deviceId }));
    return redirect("/security/sessions", texts.deviceForgotten);
  },
});

/** What the page of one's sessions shows beside them. */
export async function ownDevices(handling: Handling<unknown, unknown>): Promise<OwnDevice[]> {
  const { tenant, userId, now } = mine(handling);
  const devices = await tenant.read((db) => rememberedDevices(db, userId, now));
  return devices.map(({ userAgent, ...device }) => ({ ...device, device: deviceName(userAgent) }));
}
