// Where providers have the browser post their responses (SAML Bindings §3.5).
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
      const mediaType = c.req.header("content-type")?.split(";")[0]?.trim().toLowerCase();
      if (mediaType !== "application/x-www-form-urlencoded")
        throw responseInvalid({ reason: "not a form" });
      const messages = new URLSearchParams(await c.req.text()).getAll("SAMLResponse");
      if (messages.length > 1) throw responseInvalid({ reason: "several responses" });
      const { providerId } = handling.params;
      return c.redirect(await receiveResponse(handling, providerId, messages[0]), 303);
    },
  },
);
