// The page to which people are led who were asked to complete their profile, and from which they go on.
import { peopleOnly } from "#features/account/index.ts";
import { attributeValues, completionPath } from "#features/attributes/index.ts";
import { type Handling, isLocalPath, redirect } from "#platform/http/context.ts";
import { routes } from "#platform/http/route.ts";
import { completeProfile } from "../actions.ts";
import { ownMissingAttributes } from "../queries.ts";
import { CompletionGoal, CompletionInput } from "../schema.ts";
import { texts } from "../texts.ts";
import { CompletionForm } from "../views/completion.tsx";

type Asked = Pick<Handling<unknown, unknown>, "tenant" | "actor" | "now">;

async function left({ tenant, actor, now }: Asked) {
  if (actor.kind !== "user") throw peopleOnly();
  return tenant.read((db) => ownMissingAttributes(db, { actor, now }));
}

/** Never another site: a link that asks for somebody's data here and goes on there would be a phisher's (open redirect). */
const placeOf = (typed: string | undefined, otherwise: string): string =>
  typed !== undefined && isLocalPath(typed) ? typed : otherwise;

const own = {
  permit: "account.manage",
  title: texts.completeTitle,
  frame: "card",
  onDetour: true,
  form: CompletionForm,
} as const;

export const completionRoutes = routes()
  .screen("get", completionPath, {
    ...own,
    input: CompletionGoal,
    handle: async (handling) => {
      const items = await left(handling);
      const place = placeOf(handling.input.return_to, "");
      if (items.length === 0) return redirect(place === "" ? "/profile" : place);
      return { items, values: { ...attributeValues(items), return_to: place } };
    },
  })
  .screen("patch", completionPath, {
    ...own,
    input: CompletionInput,
    load: async (handling) => ({ items: await left(handling) }),
    handle: async ({ tenant, actor, now, input: { return_to: typed, ...changes } }) => {
      await tenant.write((db) => completeProfile(db, actor, { changes, now }));
      return redirect(placeOf(typed, "/"), texts.completedNotice);
    },
  });
