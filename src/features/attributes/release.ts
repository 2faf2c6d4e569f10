// What of somebody may leave for applications.
import type { AttributeSettings, AttributeValue } from "./schema.ts";

/**
 * The values that may be sent: of attributes that are in use and that the tenant sends, and said by somebody other than the person. What
 * people typed themselves is not signed as if it were known, unless the tenant says so of this attribute: an application that gives rights by a
 * job title or a department would give whatever people ask for.
 */
export const valuesToRelease = <T extends Pick<AttributeValue, "key" | "source">>(
  settings: AttributeSettings,
  values: readonly T[],
): T[] =>
  values.filter(({ key, source }) => {
    const { enabled, sendToApplications, allowSelfSourced } = settings[key];
    return enabled && sendToApplications && (source !== "self" || allowSelfSourced);
  });
