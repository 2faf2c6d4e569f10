// What the usual providers call things: a preset fills in the names of claims and chooses words; everything can be changed afterwards.
import { texts } from "./texts.ts";

export const presetNames = ["okta", "entra", "google", "other"] as const;
export type PresetName = (typeof presetNames)[number];

export interface Preset {
  readonly title: string;
  /** Where the other side's administrator enters our values. */
  readonly where: string;
  readonly emailAttribute: string;
  readonly firstNameAttribute: string;
  readonly lastNameAttribute: string;
  /** Null: the NameID says who it is. */
  readonly subjectAttribute: string | null;
  /** Contexts to ask for where more than a password is wanted; none: it fails on the question. */
  readonly strongContexts: readonly string[];
}

const claims = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims";
const refedsMfa = "https://refeds.org/profile/mfa";

export const presets: Readonly<Record<PresetName, Preset>> = {
  okta: {
    title: texts.okta,
    where: texts.oktaWhere,
    emailAttribute: "email",
    firstNameAttribute: "firstName",
    lastNameAttribute: "lastName",
    subjectAttribute: null,
    strongContexts: [],
  },
  entra: {
    title: texts.entra,
    where: texts.entraWhere,
    emailAttribute: `${claims}/emailaddress`,
    firstNameAttribute: `${claims}/givenname`,
    lastNameAttribute: `${claims}/surname`,
    // The NameID is the sign-in name by default, which changes with the person's; this one never does.
    subjectAttribute: "http://schemas.microsoft.com/identity/claims/objectidentifier",
    strongContexts: ["http://schemas.microsoft.com/claims/multipleauthn"],
  },
  google: {
    title: texts.google,
    where: texts.googleWhere,
    emailAttribute: "email",
    firstNameAttribute: "first_name",
    lastNameAttribute: "last_name",
    subjectAttribute: null,
    strongContexts: [],
  },
  other: {
    title: texts.other,
    where: texts.otherWhere,
    emailAttribute: "email",
    firstNameAttribute: "firstName",
    lastNameAttribute: "lastName",
    subjectAttribute: null,
    strongContexts: [refedsMfa],
  },
};
