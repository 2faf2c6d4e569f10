// The random walks of walk/run.ts, first half: where a password and a second step are enough. With walks-strict.test.ts 10,000 of them.
import { test } from "bun:test";
import { walksWanted, walkUnder } from "./walk/run.ts";

test(`${walksWanted} walks end where the state table says`, async () => {
  await walkUnder(
    ["baseline", "mailbox first", "devices remembered", "flood"],
    [
      "password+email_code",
      "password+totp",
      "password+backup_code",
      "passkey",
      "password+passkey",
      "email_code+password",
      "password+remembered_device",
    ],
  );
}, 1_200_000);
