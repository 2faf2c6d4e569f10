// The scopes' words that several pages share.
import type { GroupScope } from "./schema.ts";
import { texts } from "./texts.ts";

export const groupScopeText: Readonly<Record<GroupScope, string>> = {
  access_relevant: texts.accessRelevant,
  all: texts.all,
  none: texts.none,
};

/** What follows from a scope. */
export const groupScopeHint: Readonly<Record<GroupScope, string>> = {
  access_relevant: texts.accessRelevantHint,
  all: texts.allHint,
  none: texts.noneHint,
};
