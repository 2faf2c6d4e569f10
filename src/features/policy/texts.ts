// What people read when a policy does not hold together.
import { defineTexts } from "#platform/texts.ts";

export const texts = defineTexts("policy", {
  baseline: "Any",
  basic: "Basic",
  strong: "Strong",
  phishingResistant: "Phishing-resistant",

  password: "Password",
  emailCode: "Code by e-mail",
  operatorLink: "Link from the server’s operator",
  totp: "Authenticator app",
  backupCode: "Backup code",
  passkey: "Passkey",
  rememberedDevice: "Remembered device",
  provider: "Identity provider",
  providerMfa: "Several factors there",
  providerPhishingResistant: "Phishing-resistant there",

  lengthRange: "Password length: give a whole number from 8 to 64",
  scoreRange: "Password strength: give 3 or 4",
  yesOrNo: "Say yes or no",
  strengthUnknown: "Second step: choose one of baseline, strong and phishing_resistant",
  graceRange: "Days to set it up: give a whole number from 0 to 90",
  rememberRange: "Remembered devices: give a whole number of days from 0 to 90",
  aaguidMalformed: (typed: string) =>
    `Passkey models: “${typed}” is not an identifier such as ea9b8d66-4d01-1d21-3ce4-b6b48cb575d4`,
  aaguidCount: "Passkey models: give up to 200, or none at all to allow every model",
  idleRange: "Time without use: give 300 to 2,592,000 seconds, or none",
  absoluteRange: "Time since sign-in: give 900 to 2,592,000 seconds",
  providerUnknown: "Default identity provider: choose one that is enabled, or none",
  inactiveUnknown: "Days without being seen: choose 14, 30, 60, 90, 180 or 365, or none",

  shortNeedsSecondStep:
    "Password length: fewer than 15 characters only where more than a code by e-mail is asked for, without days of grace",
  rememberNeedsLength:
    "Remembered devices: the password then stands alone, so ask for at least 15 characters or remember no device",
  idleAboveAbsolute:
    "Time without use: it cannot be longer than the time since sign-in, which ends the session first",
});
