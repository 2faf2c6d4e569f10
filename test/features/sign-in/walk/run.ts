// Any order of steps, right and wrong, old and new, empty, in two tabs and two browsers: a sign-in moves, and a session begins, exactly
// where the state table of features/sign-in/README.md and the tenant's policy say. WEFT_WALKS and WEFT_SEED say how many and which.
import { expect } from "bun:test";
import * as fc from "fast-check";
import { isThorough } from "../../../support/thorough.ts";
import { handleCookie } from "../support.ts";
import { factorsOf, judge, personOf, rowOf } from "./judge.ts";
import { step, type Taken, type Walk, work } from "./steps.ts";
import {
  type Browser,
  furnish,
  kinds,
  look,
  type House,
  type Person,
  type Variant,
  type World,
} from "./world.ts";

/** Walks of each of the four files: 10,000 together where time does not matter. */
export const walksWanted = Number(process.env["WEFT_WALKS"] ?? (isThorough ? 2_500 : 100));
/** Walks that share a tenant. */
const batch = 50;
/** How many are under way at the same time: as many as there are connections to the database. */
const walkers = 6;

interface Action {
  readonly name: string;
  readonly browser: 0 | 1;
  act(walk: Walk, browser: Browser): Promise<Taken>;
}

const action = <T>(
  name: string,
  weight: number,
  what: fc.Arbitrary<T>,
  make: (what: T) => Action["act"],
) => ({
  weight,
  arbitrary: fc
    .tuple(
      what,
      fc.oneof(
        { weight: 7, arbitrary: fc.constant(0 as const) },
        { weight: 1, arbitrary: fc.constant(1 as const) },
      ),
    )
    .map(([value, browser]): Action => ({
      name: `${name}(${value === undefined ? "" : String(value)})${browser === 1 ? " in the other browser" : ""}`,
      browser,
      act: make(value),
    })),
});
const nothing = fc.constant(undefined);
const codes = fc.constantFrom("right", "right", "wrong", "old" as const);
const who = fc.constantFrom<0 | 1 | 2>(0, 0, 0, 1, 2);

const pages = fc.constantFrom(
  "",
  "/proof",
  "/password",
  "/code",
  "/totp",
  "/backup-code",
  "/passkey",
  "/ways",
  "/enrolment",
  "/enrolment/app",
  "/enrolment/app/confirmation",
  "/enrolment/passkey",
  "/new-password",
  "/provider",
  "/link",
);

const anyAction = fc.oneof(
  action("goOn", 40, nothing, () => step.goOn()),
  action("start", 5, who, (whom) => step.start(whom)),
  action("start past the provider", 2, who, (whom) => step.start(whom, true)),
  action(
    "provider",
    4,
    fc.tuple(
      fc.constantFrom(
        ...([
          "right",
          "many factors",
          "many factors",
          "long ago",
          "unsigned",
          "elsewhere",
        ] as const),
      ),
      fc.constantFrom<0 | 1>(0, 0, 1),
    ),
    ([what, whose]) => step.provider(what, whose),
  ),
  action("link", 2, fc.constantFrom("right", "wrong" as const), step.link),
  action("choose provider", 2, nothing, step.chooseProvider),
  action("password", 6, fc.constantFrom("right", "wrong", "other's" as const), step.password),
  action("proof", 3, codes, step.proof),
  action("emailCode", 4, codes, (what) => step.emailCode(what, false)),
  action("totp", 4, fc.constantFrom("right", "wrong", "used" as const), (what) =>
    step.totp(what, false),
  ),
  action("backupCode", 3, fc.constantFrom("right", "wrong" as const), step.backupCode),
  action("passkey", 3, fc.constantFrom<0 | 1 | "garbage">(0, 1, "garbage"), (whose) =>
    step.passkey("step", whose),
  ),
  action("first passkey", 2, fc.constantFrom<0 | 1 | "garbage">(0, 0, 1, "garbage"), (whose) =>
    step.passkey("first", whose),
  ),
  action("choose", 3, fc.constantFrom("totp", "passkey", "email_code", "none"), step.choose),
  action("enrolApp", 2, fc.constantFrom("right", "wrong" as const), step.enrolApp),
  action("enrolPasskey", 2, nothing, step.enrolPasskey),
  action("later", 3, nothing, step.later),
  action("newPassword", 3, fc.boolean(), step.newPassword),
  action("resend", 2, nothing, step.resend),
  action("signOut", 2, nothing, step.signOut),
  action("empty", 2, pages, step.empty),
  action("look", 2, pages, step.look),
  action("oldHandle", 3, fc.nat(4), step.oldHandle),
  action(
    "forget",
    2,
    fc.constantFrom("session", "session", "handle", "device" as const),
    step.forget,
  ),
  action("time", 2, fc.constantFrom(6, 11, 31, 1_500), step.later_on),
);

const aWalk = fc.record({
  kind: fc.constantFrom(...kinds, "mailer" as const, "apper" as const),
  actions: fc.array(anyAction, { minLength: 3, maxLength: 9 }),
});

/**
 * Walks under these policies. `ways`: what sessions must have begun by in the end, since walks that never arrive would prove nothing.
 * @throws what the table does not allow
 */
export async function walkUnder(
  house: House,
  { policies, ways }: { policies: readonly Variant[]; ways: readonly string[] },
) {
  const runs = Math.ceil(walksWanted / batch);
  let walks = 0;
  let batches = 0;
  /** What went wrong, told short. */
  const stories: string[] = [];
  const begun = new Map<string, number>();
  const found = await fc.check(
    fc.asyncProperty(fc.array(aWalk, { minLength: batch, maxLength: batch }), async (wanted) => {
      // In turn, so that each has its share.
      const policy = policies[batches % policies.length] ?? "baseline";
      batches += 1;
      const people = wanted.flatMap(({ kind }) => [kind, "mailer" as const]);
      const world = await furnish(house, policy, people);
      const waiting = wanted.entries();
      const walkOn = async () => {
        for (const [at, { actions }] of waiting) {
          const [one, other] = world.people.slice(at * 2, at * 2 + 2);
          if (!one || !other) throw new Error("too few people");
          for (const said of await wander(world, [one, other], { actions, stories }))
            begun.set(said, (begun.get(said) ?? 0) + 1);
          walks += 1;
        }
      };
      await Promise.all(Array.from({ length: walkers }, walkOn));
    }),
    // A walk is short, and its story is told: nothing is gained by looking for a shorter one among fifty.
    { numRuns: runs, endOnFailure: true, ...seed() },
  );
  if (found.failed && stories.length === 0) throw found.errorInstance;
  expect({ stories, seed: found.failed ? found.seed : null }).toEqual({ stories: [], seed: null });
  expect(walks).toBeGreaterThanOrEqual(walksWanted);
  // Fewer walks may miss a way by chance.
  if (walks >= 3_000) expect(ways.filter((way) => !begun.has(way))).toEqual([]);
}

/** One walk; answers what the sessions say that began in it. @throws where the table is left */
async function wander(
  world: World,
  people: readonly [Person, Person],
  { actions, stories }: { actions: readonly Action[]; stories: string[] },
): Promise<string[]> {
  const { tenant } = world;
  const time = { shift: 0 };
  const browsers = [tenant.newBrowser(), tenant.newBrowser()] as const;
  const nobody = `nobody-${people[0].email}`;
  const walk: Walk = {
    world,
    time,
    people,
    nobody,
    browsers,
    handles: [],
    usedCodes: [],
    remembered: new Map(),
    returns: new Map(),
    seen: new Map(),
  };
  const emails = [people[0].email, people[1].email, nobody];
  const path: string[] = [];
  await world.house.within(time, async () => {
    for (const { name, browser: which, act } of actions) {
      const browser = browsers[which];
      const before = walk.seen;
      const acting = rowOf(walk, browser);
      const owner = personOf(walk, acting);
      const hadFactors = new Map(people.map((each) => [each, factorsOf(each)]));
      path.push(`${name} at ${acting?.state ?? "nothing"}`);
      const taken = await act(walk, browser);
      walk.seen = await look(world, people, emails);
      const factors = hadFactors.get(taken.person ?? owner ?? people[0]) ?? factorsOf(null);
      try {
        judge(walk, { before, acting, step: taken, factors });
      } catch (cause) {
        const story = `${world.variant}, ${people[0].kind}: ${path.join(", ")}`;
        stories.push(`${String(cause)} after ${story}`);
        throw new Error(story, { cause });
      }
      if (await work(walk)) walk.seen = await look(world, people, emails);
      const handle = browser.cookies.get(handleCookie);
      if (handle) walk.handles.push(handle);
    }
  });
  return [...walk.seen.values()]
    .filter(({ state }) => state === "session")
    .map(({ methods }) => methods.join("+"));
}

/** `WEFT_SEED` repeats a walk that failed. */
function seed() {
  const text = process.env["WEFT_SEED"];
  return text === undefined ? {} : { seed: Number(text) };
}
