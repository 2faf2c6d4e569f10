// Somebody or something an event speaks of, as people call it.
import type { Reference } from "./schema.ts";
import { texts } from "./texts.ts";

const words: Readonly<Record<Reference["kind"], (name: string | null) => string>> = {
  user: (name) => name ?? texts.removedUser,
  client: (name) => (name === null ? texts.removedClient : texts.client(name)),
  group: (name) => name ?? texts.removedGroup,
  application: (name) => name ?? texts.removedApplication,
  job: (name) => texts.job(name ?? ""),
  operator: (name) => texts.operator(name ?? ""),
  visitor: (name) => name ?? texts.visitor,
};

/** "Ada Lovelace", "API client ci", "a deleted group". */
export const referenceText = ({ kind, name }: Reference): string => words[kind](name);
