// What every notice says around its one sentence: when and from where, and what to do when it was somebody else.
import { z } from "zod";
import type { MailFrame } from "#platform/mail/define.ts";
import { MailButton } from "#platform/mail/layout.tsx";
import { texts } from "./texts.ts";

/** When and from where something was done, ready to read. */
export const Circumstances = z.object({ firstName: z.string(), circumstances: z.string() });
type Circumstances = z.infer<typeof Circumstances>;

/** What a person does who did not do this, where no page of theirs is of use. */
export interface Advice {
  readonly text: string;
  readonly button?: undefined;
  readonly path?: undefined;
}

/** The same, with a page to do it on. */
export interface WayOut {
  readonly text: string;
  readonly button: string;
  readonly path: string;
}

export const newPassword: WayOut = {
  text: texts.notYou,
  button: texts.button,
  path: "/forgotten-password",
};

/** The body of a notice, for `defineEmail`. The way out may depend on what it is about. */
export function notice<D extends z.ZodType<Circumstances>>(
  data: D,
  said: { subject(tenant: string): string; text(tenant: string, about: z.output<D>): string },
  wayOut: WayOut | ((about: z.output<D>) => Advice | WayOut) = newPassword,
) {
  const wayOf = (about: z.output<D>, { baseUrl }: MailFrame) => {
    const { text, button, path } = typeof wayOut === "function" ? wayOut(about) : wayOut;
    const page = path === undefined ? null : { label: button, href: `${baseUrl}${path}` };
    return { text, page };
  };
  return {
    data,
    subject: (_: z.output<D>, { tenantName }: MailFrame) => said.subject(tenantName),
    text: (about: z.output<D>, frame: MailFrame) => {
      const { text, page } = wayOf(about, frame);
      return [
        texts.greeting(about.firstName),
        said.text(frame.tenantName, about),
        about.circumstances,
        text,
        ...(page === null ? [] : [`${page.label}: ${page.href}`]),
      ].join("\n\n");
    },
    html: (about: z.output<D>, frame: MailFrame) => {
      const { text, page } = wayOf(about, frame);
      return (
        <>
          <p>{texts.greeting(about.firstName)}</p>
          <p>{said.text(frame.tenantName, about)}</p>
          <p>{about.circumstances}</p>
          <p>{text}</p>
          {page !== null && <MailButton {...page} />}
        </>
      );
    },
  };
}
