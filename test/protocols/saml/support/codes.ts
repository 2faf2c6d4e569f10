// What a refused call says, so that a table of attacks can expect one code per row.

import { SamlError } from "#protocols/saml/errors.ts";

/** The code of the SamlError that the call throws, "accepted" when it throws none. */
export function codeOf(call: () => unknown): string {
  try {
    call();
    return "accepted";
  } catch (error) {
    if (error instanceof SamlError) return error.code;
    throw error;
  }
}
