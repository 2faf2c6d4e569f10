// What every notice says around its one sentence: when and from where, and what to do when it was somebody else.
import { z } from "zod";
import type { MailFrame } from "#platform/mail/define.ts";
import { MailButton } from "#platform/mail/layout.tsx";
import { texts } from "./texts.ts";

/** When and from where something was done, ready to read. */
export const Circumstances = z.object({ firstName: z.string(), circumstances: z.string() });
type Circumstances = z.infer<typeof Circumstances>;

/** What a person does who did not do this: a sentence, and a page of theirs. */
export interface WayOut {
  readonly text: string;
  readonly button: string;
  readonly path: string;
}

const newPassword: WayOut = {
  text: texts.notYou,
  button: texts.button,
  path: "/forgotten-password",
};

/** The body of a notice, for `defineEmail`. The way out may depend on what it is about. */
export function notice<D extends z.ZodType<Circumstances>>(
  data: D,
  said: { subject(tenant: string): string; text(tenant: string, about: z.output<D>): string },
  wayOut: WayOut | ((about: z.output<D>) => WayOut) = newPassword,
) {
  const wayOf = (about: z.output<D>) => (typeof wayOut === "function" ? wayOut(about) : wayOut);
  const address = ({ path }: WayOut, { baseUrl }: MailFrame) => `${baseUrl}${path}`;
  return {
    data,
    subject: (_: z.output<D>, { tenantName }: MailFrame) => said.subject(tenantName),
    text: (about: z.output<D>, frame: MailFrame) =>
      [
        texts.greeting(about.firstName),
        said.text(frame.tenantName, about),
        about.circumstances,
        wayOf(about).text,
        `${wayOf(about).button}: ${address(wayOf(about), frame)}`,
      ].join("\n\n"),
    html: (about: z.output<D>, frame: MailFrame) => (
      <>
        <p>{texts.greeting(about.firstName)}</p>
        <p>{said.text(frame.tenantName, about)}</p>
        <p>{about.circumstances}</p>
        <p>{wayOf(about).text}</p>
        <MailButton href={address(wayOf(about), frame)} label={wayOf(about).button} />
      </>
    ),
  };
}
