// How long a browser is known, and how many of one person.

/** A cookie lives no longer in any browser (RFC 6265bis §5.5); each sign-in begins anew. */
export const knownDays = 400;
/** For so long after a sign-in its browser need not prove the mailbox again. */
export const trustedDays = 30;
/** Devices of one person at a time; one more takes the place of the one that was used longest ago. */
export const devicesMost = 50;

export const daySeconds = 24 * 60 * 60;
