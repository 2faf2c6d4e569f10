// What a waiting request asks of a sign-in: the least of our ways to sign in that satisfies it, for a person who has that way at all.
import { wayInOf } from "#features/identity-providers/index.ts";
import {
  findPolicy,
  meets,
  Method,
  type Strength,
  strengthOf,
  strictest,
} from "#features/policy/index.ts";
import type { TenantDb } from "#platform/db/database.ts";
import {
  type AuthnContext,
  type AuthnMethod,
  chooseContext,
  contextsOf,
  type RequestedAuthnContext,
} from "#protocols/saml/authn-context.ts";
import type { UserId } from "#src/ids.ts";
import { waitingIdIn } from "./waiting.ts";

export interface Asked {
  /** Of the application; null: as the tenant. */
  readonly strength: Strength | null;
  /** Of the request (Core §3.3.2.2.1); null: anything. */
  readonly authnContext: RequestedAuthnContext | null;
}

/** A way to sign in, by what is proven on it. */
export interface SignInWay {
  readonly methods: readonly Method[];
  readonly strength: Strength;
}

/** How somebody may begin a sign-in. */
interface Means {
  readonly password: boolean;
  readonly provider: boolean;
}
const anybody: Means = { password: true, provider: true };

const wayOf = (by: keyof Means | null, ...methods: Method[]) => ({
  by,
  methods,
  strength: strengthOf(methods),
});
/** From the least to the most. On what a provider may say of several factors nobody can count: there is always a way of ours as well. */
const signInWays = [
  wayOf("password", "password", "email_code"),
  wayOf("provider", "provider"),
  wayOf("password", "password", "totp"),
  wayOf("provider", "provider", "totp"),
  wayOf(null, "passkey"),
  wayOf("password", "password", "passkey"),
];

/** The class to assert about what was proven: true of it, and what is asked for; undefined when none is both. */
export function contextFor(
  methods: readonly string[],
  asked: RequestedAuthnContext | null,
): AuthnContext | undefined {
  // What stood for a second step that was not given: nobody is told of one.
  const said = methods.filter(
    (method): method is AuthnMethod => method !== "remembered_device" && method !== "operator_link",
  );
  return chooseContext(asked ?? undefined, contextsOf(said));
}

/** Whether what was proven is what is asked for. */
export function isAskedFor(methods: readonly string[], { strength, authnContext }: Asked): boolean {
  const known = Method.options.filter((method) => methods.includes(method));
  return (
    meets(strengthOf(known), strength ?? "baseline") &&
    contextFor(methods, authnContext) !== undefined
  );
}

/** The least of our ways that satisfies what is asked, for somebody with these means, or for anybody; null: none does. */
export const leastWay = (asked: Asked, means: Means = anybody): SignInWay | null =>
  signInWays.find(({ by, methods }) => (by === null || means[by]) && isAskedFor(methods, asked)) ??
  null;

/** The means of a person: who comes by an identity provider alone gives no password. */
export async function meansOf(db: TenantDb, userId: UserId, now: Date): Promise<Means> {
  const policy = await findPolicy(db, now);
  const { route, isOnlyWay } = await wayInOf(db, { userId }, policy);
  return { password: !isOnlyWay, provider: route !== null };
}

export interface Demand {
  /** The name of the application. */
  readonly application: string;
  readonly strength: Strength;
}

/**
 * What is asked of a sign-in that goes on at this path; null where nothing waits there. The path may come from anybody: it raises what is
 * asked and never lowers it, and whether an assertion is issued is decided by the request alone (`decide.ts`).
 * @param whose.userId Null while nobody is known.
 */
export async function demandOf(
  db: TenantDb,
  { returnTo, userId, now }: { returnTo: string; userId: UserId | null; now: Date },
): Promise<Demand | null> {
  const id = waitingIdIn(returnTo);
  if (id === null) return null;
  const row = await db
    .selectFrom("sso_requests as r")
    .innerJoin("applications as a", "a.id", "r.application_id")
    .select(["a.name as application", "a.strength", "r.authn_context as authnContext"])
    .where("r.id", "=", id)
    .where("r.consumed_at", "is", null)
    .where("r.expires_at", ">", now)
    .executeTakeFirst();
  if (!row) return null;
  const { application, strength } = row;
  const authnContext = row.authnContext as RequestedAuthnContext | null;
  const means = authnContext !== null && userId !== null ? await meansOf(db, userId, now) : anybody;
  const way = leastWay({ strength, authnContext }, means);
  return { application, strength: strictest(strength, way?.strength ?? null) };
}
