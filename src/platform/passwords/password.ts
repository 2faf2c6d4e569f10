// What every use of a password starts with: one form for the same characters, and a bound on what is computed with.

/** Longer ones are refused: what hashing and rating cost grows with the length, and the length is chosen by strangers. */
export const passwordMaxLength = 256;

/** One password typed on two keyboards is one text (Unicode NFC); null when it is longer than `passwordMaxLength` characters. */
export function normalise(password: string): string | null {
  // Cheap first: no text this long composes to one that is short enough.
  if (password.length > passwordMaxLength * 8) return null;
  const composed = password.normalize("NFC");
  return characterCount(composed) > passwordMaxLength ? null : composed;
}

/** Code points: what a person would count, near enough. */
export const characterCount = (text: string): number => Array.from(text).length;
