// The random walks of walk/run.ts, third part: where addresses lead to an identity provider.
import { test } from "bun:test";
import { walksWanted, walkUnder } from "./walk/run.ts";
import { openHouse } from "./walk/world.ts";

const house = await openHouse();

test(`${walksWanted} walks by way of an identity provider end where the state table says`, async () => {
  await walkUnder(house, {
    policies: ["provider and ours", "provider trusted", "strong by provider"],
    ways: [
      "provider",
      "provider+provider_mfa",
      "provider+email_code",
      "provider+totp",
      "provider+passkey",
      "provider+password+email_code",
      "password+email_code",
    ],
  });
}, 1_200_000);
