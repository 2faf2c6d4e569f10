// The attributes of an assertion: the names that applications of all kinds know, each once.
import { attributeNameFormats } from "#protocols/saml/constants.ts";
import { texts } from "./texts.ts";

export interface SentAttribute {
  readonly name: string;
  readonly nameFormat: string;
  readonly friendlyName: string;
  readonly meaning: string;
}

const basic = attributeNameFormats.basic;

/** What an assertion may hold about a person; metadata, the setup page, consent and the builder read this one list. */
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
