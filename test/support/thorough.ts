/**
 * Whether time is no matter (`WEFT_THOROUGH=1`): 10,000 random walks instead of some hundred, all malformed
 * input instead of every eighth piece, every page in four pictures instead of the two that axe looks at.
 */
export const isThorough = Bun.env["WEFT_THOROUGH"] === "1";
