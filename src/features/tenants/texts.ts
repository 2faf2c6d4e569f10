import { defineTexts } from "#platform/texts.ts";

export const texts = defineTexts("tenants", {
  subdomainShape:
    "Use 1 to 63 lower-case letters, digits and hyphens, with a letter or digit at both ends",
  subdomainPunycode: "Encoded names (xn--) and hyphens in third and fourth place are not allowed",
  subdomainReserved: "This name is reserved for the installation; choose another",
  nameMissing: "Give the organisation a name",
  nameTooLong: "Use at most 80 characters",
  notFound: "There is no such organisation",
  created: "Organisation created",
  suspended: "Organisation suspended",
  resumed: "Organisation resumed",
});
