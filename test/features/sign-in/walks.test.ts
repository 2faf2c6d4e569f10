// Any order of steps, right and wrong, old and new: a session appears exactly where the state table of features/sign-in/README.md says.
import { expect, test } from "bun:test";
import * as fc from "fast-check";
import { testApp } from "../../support/a-tenant.ts";
import { handleCookie } from "./support.ts";
import { agree, begin, goOn, step, type Walk, type Who } from "./walk.ts";

const house = await testApp();
const walks = Number(process.env["WEFT_WALKS"] ?? 80);

const who = fc.constantFrom<Who>("mailer", "mailer", "apper", "apper", "nobody");
const yes = fc.oneof(
  { weight: 3, arbitrary: fc.constant(true) },
  { weight: 1, arbitrary: fc.constant(false) },
);
type Action = { readonly name: string; readonly act: (walk: Walk) => Promise<void> };
const action = <T>(
  name: string,
  weight: number,
  what: fc.Arbitrary<T>,
  act: (walk: Walk, what: T) => Promise<void>,
) => ({
  weight,
  arbitrary: what.map((value): Action => ({
    name: `${name}(${value === undefined ? "" : String(value)})`,
    act: (walk) => act(walk, value),
  })),
});
const nothing = fc.constant(undefined);

const anyAction = fc.oneof(
  action("goOn", 30, who, goOn),
  action("start", 3, who, step.start),
  action("password", 7, yes, step.password),
  action(
    "emailCode",
    5,
    fc.constantFrom("right", "right", "wrong", "old" as const),
    step.emailCode,
  ),
  action("resend", 2, nothing, step.resend),
  action("appCode", 5, fc.constantFrom("right", "right", "wrong", "used" as const), step.appCode),
  action("backupCode", 3, fc.constantFrom("right", "wrong", "used" as const), step.backupCode),
  action("reset", 2, who, step.reset),
  action("newPassword", 3, yes, step.newPassword),
  action("signOut", 1, nothing, step.signOut),
  action("look", 1, nothing, step.look),
  action("forgetHandle", 1, nothing, step.forgetHandle),
  action("oldHandle", 1, fc.nat(4), step.oldHandle),
  action("later", 1, fc.constantFrom(6, 11, 31), step.later),
);

test(`${walks} walks end where the state table says`, async () => {
  let sessions = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(anyAction, { minLength: 4, maxLength: 14 }), async (actions) => {
      const walk = await begin(house);
      for (const [at, { name, act }] of actions.entries()) {
        // From a network of its own each time: the limits have tests of their own.
        walk.browser.ip = `192.0.2.${at + 1}`;
        await act(walk);
        const handle = walk.browser.cookies.get(handleCookie);
        if (handle) walk.handles.push(handle);
        try {
          await agree(walk);
        } catch (cause) {
          throw new Error(`after step ${at + 1}, ${name}`, { cause });
        }
      }
      sessions += (await walk.tenant.events("session.started")).length;
    }),
    { numRuns: walks, ...seed() },
  );
  // Walks that never arrive would prove nothing.
  expect(sessions).toBeGreaterThan(walks / 10);
}, 600_000);

/** `WEFT_SEED` repeats a walk that failed. */
function seed() {
  const text = process.env["WEFT_SEED"];
  return text === undefined ? {} : { seed: Number(text) };
}
