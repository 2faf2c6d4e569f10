// Telephone numbers as ITU-T E.164 writes them, an extension as E.123 does; read from RFC 3966, too. Which lengths a country has, the library knows (its smallest data).
import { parsePhoneNumberWithError, ParseError } from "libphonenumber-js/min";

/**
 * `+4930901820`, with an extension `+4930901820 ext. 12`; null: no such number. A number begins with `+` or `00` and the code of its country:
 * a guess at the country would make somebody else's number of it. Its own output again gives the same.
 */
export function normalisePhone(typed: string): string | null {
  try {
    const number = parsePhoneNumberWithError(
      typed.trim().replace(/^tel:/i, "").replace(/^00/, "+"),
      {
        extract: false,
      },
    );
    if (!number.isPossible()) return null;
    return number.ext === undefined ? number.number : `${number.number} ext. ${number.ext}`;
  } catch (error) {
    if (error instanceof ParseError) return null;
    throw error;
  }
}

/** The same for people to read: `+49 30 901820`. What is no number stays as it is. */
export function readablePhone(kept: string): string {
  try {
    return parsePhoneNumberWithError(kept).formatInternational();
  } catch (error) {
    if (error instanceof ParseError) return kept;
    throw error;
  }
}
