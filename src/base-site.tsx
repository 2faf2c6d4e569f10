// The base domain belongs to no tenant: it only helps people to their organisation's address, and in development to the mailbox.
import { originOf } from "#src/config.ts";
import { subdomainProblem } from "#features/tenants/index.ts";
import { serveAssets } from "#platform/http/assets.ts";
import type { Env, HttpContext } from "#platform/http/context.ts";
import type { Services } from "#platform/services.ts";
import { defineTexts } from "#platform/texts.ts";
import { Field, Form, FramePage } from "#platform/ui/index.ts";
import { Hono } from "hono";
import { mailboxPages } from "./dev-mailbox.tsx";

const texts = defineTexts("base_site", {
  product: "WeftID",
  title: "Where do you sign in?",
  lead: "Every organisation has its own address here",
  organisation: "Your organisation’s short name",
  hint: (base: string) => `The part before .${base}`,
  go: "Continue",
  shape: "This is not a name an organisation can have. Ask your administrator for the address",
});

/** Answers every request for the base domain itself; the same 404 for what is not there. */
export function createBaseSite(
  services: Services,
): (c: HttpContext) => Response | Promise<Response> {
  const { config } = services;
  const app = new Hono<Env>();
  app.get("/", (c) => {
    const { nonce } = outer(c).var;
    const typed = c.req.query("organisation")?.trim().toLowerCase();
    const problem = typed === undefined ? null : subdomainProblem(typed);
    // Whether it exists is not told here: its own sign-in page, or a 404 there, says so.
    if (typed && problem === null) {
      const there = originOf(config.http, `${typed}.${config.http.baseDomain}`);
      return c.redirect(`${there}/`, 303);
    }
    // The answer to this form leads to a tenant's host, which a browser counts as part of the form's action.
    outer(c).var.formActions.push(originOf(config.http, `*.${config.http.baseDomain}`));
    const view = { nonce, tenant: { name: texts.product }, viewer: null, notice: null };
    return c.html(
      <FramePage view={view} title={texts.title} lead={texts.lead} icon="building">
        <Form
          action="/"
          method="get"
          submit={texts.go}
          wide
          summary={false}
          values={{ organisation: typed ?? "" }}
          problems={problem ? { organisation: texts.shape } : {}}
        >
          <Field
            label={texts.organisation}
            name="organisation"
            hint={texts.hint(config.http.baseDomain)}
            autocomplete="organization"
            required
          />
        </Form>
      </FramePage>,
    );
  });
  app.use("/assets/*", serveAssets());
  if (config.dev.isDev && config.mail.backend.kind === "mailbox") {
    app.route("/dev/mail", mailboxPages(config.mail.backend.path, outer));
  }
  app.notFound((c) => c.text("Not found\n", 404));
  return (c) => app.fetch(c.req.raw, { outer: c });
}

/** The request's own context, carried over as the inner app's environment. */
const outer = (c: HttpContext): HttpContext => (c.env as { outer: HttpContext }).outer;
