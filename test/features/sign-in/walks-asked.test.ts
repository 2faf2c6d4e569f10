// The random walks of walk/run.ts, fourth part: where an application or a group asks for more than the tenant.
import { test } from "bun:test";
import { walksWanted, walkUnder } from "./walk/run.ts";
import { openHouse } from "./walk/world.ts";

const house = await openHouse();

test(`${walksWanted} walks to an application that asks for more end where the state table says`, async () => {
  await walkUnder(house, {
    policies: ["application by provider", "strong group by provider", "application asks"],
    ways: [
      "provider+provider_mfa",
      "provider+totp",
      "provider+passkey",
      "provider",
      "password+totp",
      "password+email_code",
      "password+email_code+totp",
    ],
  });
}, 1_200_000);
