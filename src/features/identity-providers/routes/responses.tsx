// Where providers have the browser post their responses (SAML Bindings §3.5).
import type { HttpContext } from "#platform/http/context.ts";
import { routes } from "#platform/http/route.ts";
import { responseInvalid } from "../errors.ts";
import { receiveResponse } from "../receive.ts";
import { ProviderParams } from "../schema.ts";

/** What is decoded is bounded by itself; form-encoding makes base64 a little longer. */
const responseBodyMaxBytes = 640 * 1024;

export const identityProviderResponseRoutes = routes().endpoint(
  "post",
  "/saml/sp/acs/:providerId",
  {
    credentials: "none",
    params: ProviderParams,
    bodyMaxBytes: responseBodyMaxBytes,
    summary: "Assertion consumer service, HTTP-POST binding",
    handle: async (handling, c) => {
      const { providerId } = handling.params;
      const path = await receiveResponse(handling, providerId, () => messageIn(c.req));
      return c.redirect(path, 303);
    },
  },
);

/** @throws {responseInvalid} */
async function messageIn(request: HttpContext["req"]): Promise<string | undefined> {
  const mediaType = request.header("content-type")?.split(";")[0]?.trim().toLowerCase();
  if (mediaType !== "application/x-www-form-urlencoded")
    throw responseInvalid({ reason: "not a form" });
  const [message, second] = new URLSearchParams(await request.text()).getAll("SAMLResponse");
  if (second !== undefined) throw responseInvalid({ reason: "several responses" });
  return message;
}
