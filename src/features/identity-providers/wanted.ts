// The attributes that we read from an assertion: metadata, the setup page and the reader go by this one list.
import {
  attributeKeys,
  attributeName,
  attributes,
  type AttributeSettings,
} from "#features/attributes/index.ts";
import type { FoundProvider } from "./queries.ts";
import { texts } from "./texts.ts";

export interface WantedAttribute {
  /** As the provider calls it. */
  readonly name: string;
  readonly friendlyName: string;
  readonly isRequired: boolean;
  readonly meaning: string;
}

type Mapping = Pick<
  FoundProvider,
  | "emailAttribute"
  | "firstNameAttribute"
  | "lastNameAttribute"
  | "subjectAttribute"
  | "groupsAttribute"
  | "attributeClaims"
>;

/** Of a person's attributes, those that the tenant uses: nobody is asked for what is not kept. */
export function wantedAttributes(mapping: Mapping, settings: AttributeSettings): WantedAttribute[] {
  const { emailAttribute, firstNameAttribute, lastNameAttribute, subjectAttribute } = mapping;
  const wanted = (name: string, friendlyName: string, meaning: string, isRequired = false) => ({
    name,
    friendlyName,
    meaning,
    isRequired,
  });
  return [
    wanted(emailAttribute, "email", texts.meaningEmail, true),
    wanted(firstNameAttribute, "firstName", texts.meaningFirst),
    wanted(lastNameAttribute, "lastName", texts.meaningLast),
    ...(subjectAttribute === null
      ? []
      : [wanted(subjectAttribute, "subject", texts.meaningSubject, true)]),
    ...(mapping.groupsAttribute === null
      ? []
      : [wanted(mapping.groupsAttribute, "groups", texts.meaningGroups)]),
    ...attributeKeys.flatMap((key) => {
      const claim = mapping.attributeClaims[key];
      return claim === undefined || !settings[key].enabled
        ? []
        : [wanted(claim, attributes[key].friendlyName, attributeName(key))];
    }),
  ];
}
