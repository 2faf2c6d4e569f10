// The random walks of walk/run.ts, first part: where a password and a second step are enough.
import { test } from "bun:test";
import { walksWanted, walkUnder } from "./walk/run.ts";
import { openHouse } from "./walk/world.ts";

const house = await openHouse();

test(`${walksWanted} walks end where the state table says`, async () => {
  await walkUnder(house, {
    policies: ["baseline", "mailbox first", "devices remembered", "flood"],
    ways: [
      "password+email_code",
      "password+totp",
      "password+backup_code",
      "passkey",
      "password+passkey",
      "email_code+password",
      "password+remembered_device",
    ],
  });
}, 1_200_000);
