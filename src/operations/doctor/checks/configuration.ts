// Are the settings right? The process that serves would not start with wrong ones; this one goes on without them.
import { type Check, fail, ok, warn } from "../check.ts";
import { setting } from "../lines.ts";
import { texts } from "../texts.ts";

const keys = /^(SECRET_KEY|APPUSER_PASSWORD|POSTGRES_PASSWORD)$/;
const examples: Readonly<Record<string, string>> = {
  BASE_DOMAIN: "id.example.com",
  FROM_EMAIL: "no-reply@example.com",
  SMTP_HOST: "smtp.example.com",
  EMAIL_BACKEND: "smtp",
};

function repairOf(name: string): string {
  // The compose file gives app and worker their own role's password under the general name.
  const written = name === "POSTGRES_PASSWORD" ? "APPUSER_PASSWORD" : name;
  if (keys.test(written)) return setting(written, "<the output of openssl rand -base64 32>");
  const example = examples[name];
  return example === undefined ? setting(name, "") : setting(name, example);
}

export const configuration: Check = {
  name: "configuration",
  title: "Settings",
  settings: [],
  run({ problems, services: { config } }) {
    const findings = problems.map(({ name, problem }) =>
      fail(texts.setting(name, problem), repairOf(name)),
    );
    if (config.dev.bypassOtp) findings.push(warn(texts.bypassOtp, setting("BYPASS_OTP", "")));
    return Promise.resolve(findings.length > 0 ? findings : ok(texts.settingsRight));
  },
};
