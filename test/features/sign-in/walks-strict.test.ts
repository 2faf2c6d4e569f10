// The random walks of walk/run.ts, second part: where more is asked for, at once or within days of grace.
import { test } from "bun:test";
import { walksWanted, walkUnder } from "./walk/run.ts";
import { openHouse } from "./walk/world.ts";

const house = await openHouse();

test(`${walksWanted} walks end where the state table says`, async () => {
  await walkUnder(house, {
    policies: ["strong at once", "strong soon", "passkeys at once", "passkeys soon"],
    ways: [
      "passkey",
      "password+passkey",
      "password+totp",
      "password+backup_code",
      "password+email_code",
      "password+email_code+totp",
      "password+email_code+passkey",
      "password+totp+passkey",
    ],
  });
}, 1_200_000);
