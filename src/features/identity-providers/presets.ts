// What the usual providers call things: a preset fills in the names of claims and chooses words; everything can be changed afterwards.
import { type AttributeClaims, oidClaims } from "./attribute-claims.ts";
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
  /** What else it usually says about people. */
  readonly attributeClaims: AttributeClaims;
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
    // The variables of its profiles (`user.title`), by which its attribute statements are usually named.
    attributeClaims: {
      phone_work: "primaryPhone",
      phone_mobile: "mobilePhone",
      display_name: "displayName",
      job_title: "title",
      department: "department",
      organization: "organization",
      employee_id: "employeeNumber",
      street_address: "streetAddress",
      city: "city",
      state: "state",
      postal_code: "zipCode",
      country: "countryCode",
      preferred_language: "preferredLanguage",
    },
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
    attributeClaims: {
      phone_work: `${claims}/telephonenumber`,
      phone_mobile: `${claims}/mobilephone`,
      // Sent without being asked for.
      display_name: "http://schemas.microsoft.com/identity/claims/displayname",
      job_title: `${claims}/jobtitle`,
      department: `${claims}/department`,
      organization: `${claims}/companyname`,
      employee_id: `${claims}/employeeid`,
      street_address: `${claims}/streetaddress`,
      city: `${claims}/locality`,
      state: `${claims}/stateorprovince`,
      postal_code: `${claims}/postalcode`,
      country: `${claims}/country`,
      preferred_language: `${claims}/preferredlanguage`,
    },
    strongContexts: ["http://schemas.microsoft.com/claims/multipleauthn"],
  },
  google: {
    title: texts.google,
    where: texts.googleWhere,
    emailAttribute: "email",
    firstNameAttribute: "first_name",
    lastNameAttribute: "last_name",
    subjectAttribute: null,
    // All that its directory can send of these.
    attributeClaims: {
      phone_work: "phone_number",
      job_title: "job_title",
      department: "department",
      employee_id: "employee_id",
    },
    strongContexts: [],
  },
  other: {
    title: texts.other,
    where: texts.otherWhere,
    emailAttribute: "email",
    firstNameAttribute: "firstName",
    lastNameAttribute: "lastName",
    subjectAttribute: null,
    attributeClaims: oidClaims,
    strongContexts: [refedsMfa],
  },
};
