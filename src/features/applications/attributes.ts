// The attributes of an assertion: the names that applications of all kinds know, each once.
import { attributeNameFormats } from "#protocols/saml/constants.ts";
import type { GroupScope } from "#features/federation/index.ts";
import { texts } from "./texts.ts";

export interface SentAttribute {
  readonly name: string;
  readonly nameFormat: string;
  readonly friendlyName: string;
  readonly meaning: string;
}

const basic = attributeNameFormats.basic;

/** What an assertion may hold about a person at all; `attributesFor` says what of it one application gets. */
export const sentAttributes: readonly SentAttribute[] = [
  { name: "email", nameFormat: basic, friendlyName: "mail", meaning: texts.meaningEmail },
  { name: "firstName", nameFormat: basic, friendlyName: "givenName", meaning: texts.meaningFirst },
  { name: "lastName", nameFormat: basic, friendlyName: "sn", meaning: texts.meaningLast },
  {
    name: "displayName",
    nameFormat: basic,
    friendlyName: "displayName",
    meaning: texts.meaningDisplay,
  },
  { name: "groups", nameFormat: basic, friendlyName: "groups", meaning: texts.meaningGroups },
];

export interface GroupTelling {
  readonly groupsSent: GroupScope;
  readonly availableToAll: boolean;
}

/** Which of a person's groups an application is told of in fact: no group in particular gives access where everybody has it. */
export const groupsTold = ({ groupsSent, availableToAll }: GroupTelling): GroupScope =>
  groupsSent === "access_relevant" && availableToAll ? "all" : groupsSent;

/** What an assertion for this application may hold: metadata and the setup page say it, consent and the builder keep to it. */
export function attributesFor(application: GroupTelling): readonly SentAttribute[] {
  const told = groupsTold(application);
  return sentAttributes.flatMap((attribute) => {
    if (attribute.name !== "groups") return [attribute];
    if (told === "none") return [];
    return [{ ...attribute, meaning: told === "all" ? texts.meaningAllGroups : attribute.meaning }];
  });
}
