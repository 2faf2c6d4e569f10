// The policy's words that several pages share.
import { Method, type Strength } from "./schema.ts";
import { texts } from "./texts.ts";

/** What is asked as second step, in a word or two. */
export const strengthText: Readonly<Record<Strength, string>> = {
  baseline: texts.baseline,
  strong: texts.strong,
  phishing_resistant: texts.phishingResistant,
};

/** What a sign-in was worth. */
export const worthText: Readonly<Record<Strength, string>> = {
  ...strengthText,
  baseline: texts.basic,
};

const methodText: Readonly<Record<Method, string>> = {
  password: texts.password,
  email_code: texts.emailCode,
  operator_link: texts.operatorLink,
  totp: texts.totp,
  backup_code: texts.backupCode,
  passkey: texts.passkey,
  remembered_device: texts.rememberedDevice,
  provider: texts.provider,
  provider_mfa: texts.providerMfa,
  provider_phishing_resistant: texts.providerPhishingResistant,
};

/** How somebody proved who they are, in words: "Password, authenticator app". */
export const methodsText = (methods: readonly string[]): string =>
  Method.options
    .filter((method) => methods.includes(method))
    .map((method, at) => (at === 0 ? methodText[method] : methodText[method].toLowerCase()))
    .join(", ");
