// A message: one typed template, text and HTML, sent by a job after the commit that causes it.
import type { Child } from "hono/jsx";
import type { z } from "zod";

/** What every message knows about where it comes from. */
export interface MailFrame {
  readonly tenantName: string;
  /** `https://acme.id.example.com`: from the tenant's row, never from a request (a forged Host must not reach a link). */
  readonly baseUrl: string;
}

export interface EmailDefinition<D extends z.ZodType = z.ZodType> {
  readonly name: string;
  readonly data: D;
  subject(data: z.output<D>, frame: MailFrame): string;
  /** Plain text, lines as they shall appear. */
  text(data: z.output<D>, frame: MailFrame): string;
  /** The body of the HTML version; the layout wraps it. */
  html(data: z.output<D>, frame: MailFrame): Child;
}

const declared = new Map<string, EmailDefinition>();

/** Declares a message (`area.thing`). */
export function defineEmail<D extends z.ZodType>(
  name: string,
  spec: Omit<EmailDefinition<D>, "name">,
): EmailDefinition<D> {
  if (declared.has(name)) throw new Error(`email "${name}" is declared twice`);
  const email: EmailDefinition<D> = { name, ...spec };
  declared.set(name, email);
  return email;
}

/** Every declared message by name. */
export function declaredEmails(): ReadonlyMap<string, EmailDefinition> {
  return declared;
}
