// What the start says about a setting it cannot work with: each is printed behind the variable's name.
import { defineTexts } from "#platform/texts.ts";

export const texts = defineTexts("config", {
  heading: (count: number) =>
    count === 1 ? "One setting is wrong:" : `${count} settings are wrong:`,
  missing: "is not set",
  missingAppPassword:
    "is not set (the compose file fills it from APPUSER_PASSWORD for app and worker)",
  notABoolean: "must be true or false (1, yes, on, 0, no, off are understood too)",
  notAPort: "must be a port from 1 to 65535",
  notAHost: "must be a host name or an IP address, without scheme or port",
  notADomain:
    "must be a lower-case domain name such as id.example.com, without scheme, port or path",
  notAnAddress: "must be an e-mail address",
  notAUrl: "must be an http or https address",
  notANetwork: "must list networks such as 10.0.0.0/8, separated by commas, or be none",
  notANameServer:
    "must list IP addresses of name servers such as 10.0.0.53 or 10.0.0.53:5353, separated by commas",
  notAFile: "names a file that cannot be read in this container",
  notAPoolSize: "must be a number from 1 to 100",
  notOneOf: (names: readonly string[]) => `must be one of ${names.join(", ")}`,
  shortKey:
    "must be at least 32 random bytes: generate it with openssl rand -base64 32 or openssl rand -hex 32",
  guessableKey: "is guessable: generate it with openssl rand -base64 32",
  sameKey: "must differ from SECRET_KEY: it is the key in use before that one",
  superuser: "must not be postgres: the app runs as appuser, which row-level security binds",
  samePort: "must differ from PORT",
  devInPublic:
    "is only for a BASE_DOMAIN that is localhost or ends in .localhost, .test or .local: remove it",
  bypassInPublic: "is only for development: remove it",
  plainInPublic: "must be https unless IS_DEV is true",
  mailboxInPublic: "mailbox is only for development: choose smtp, sendgrid or resend",
  notAPath: "must be the path of a folder, from the root, such as /app/storage",
  notAFilePath:
    "must be the path of a file, from the root, such as /app/storage/breached-passwords.filter",
  notABucket: "must be the name of a bucket: lower-case letters, digits, hyphens and dots",
  notARegion: "must be the name of a region, such as eu-central-1",
  notAKeep:
    "must be such as 7d 4w 6m (of the last days, weeks and months the newest each), a number of backups, or all",
  notAPrefix: "must be empty, or folder names that each end with a slash: weft/production/",
  shortPassphrase: (least: number) => `must have at least ${least} characters`,
  loneAuthority: "is for POSTGRES_TLS=verify alone: set that, or remove this",
  loneLogin: "must be set together with SMTP_PASS, or not at all",
});
