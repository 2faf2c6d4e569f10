export {
  dropDevice,
  endAllRemembering,
  endRemembering,
  forgetDevice,
  forgetDevices,
  type Welcome,
  welcomeDevice,
} from "./actions.ts";
export { deviceTokenOf, giveDeviceToken } from "./cookie.ts";
export {
  type Device,
  findAnyDevice,
  findDevice,
  findDeviceByEmail,
  isPresented,
  isTrustedDevice,
  isRemembered,
  type Presented,
  type RememberedDevice,
  rememberedDevices,
} from "./queries.ts";
