// Small expressions that several features need.

/** An ILIKE pattern for "contains this text", with the pattern's own signs taken literally. */
export const containing = (text: string): string => `%${text.replace(/[\\%_]/g, "\\$&")}%`;
