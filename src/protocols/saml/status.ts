// The status of a message that answers (Core §3.2.2).

import { element, textElement } from "./canonical.ts";
import type { StatusCode } from "./constants.ts";
import { withoutIllegalCharacters } from "./escape.ts";

/** In the protocol's own prefix, which the message declares. */
export function statusElement(code: StatusCode, subCode?: StatusCode, message?: string): string {
  const nested = subCode ? element("samlp:StatusCode", { attributes: { Value: subCode } }, "") : "";
  const text = message
    ? textElement("samlp:StatusMessage", {}, withoutIllegalCharacters(message))
    : "";
  return element(
    "samlp:Status",
    {},
    element("samlp:StatusCode", { attributes: { Value: code } }, nested) + text,
  );
}
