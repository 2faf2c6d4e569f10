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

/** The same for a call that answers later. */
export async function codeOfLater(answer: Promise<unknown>): Promise<string> {
  try {
    await answer;
    return "accepted";
  } catch (error) {
    if (error instanceof SamlError) return error.code;
    throw error;
  }
}

/** The message of whatever a peer throws, "accepted" when it throws nothing. */
export async function refusalOf(answer: Promise<unknown>): Promise<string> {
  try {
    await answer;
    return "accepted";
  } catch (error) {
    return `refused: ${error instanceof Error ? error.message : String(error)}`;
  }
}
