// What pages of other features show of a provider.
import { AutoPost, LinkButton } from "#platform/ui/index.ts";
import type { Sending } from "./ask.ts";

/** The way to the provider: app.js takes it by itself, and a person can take it without script. */
export const Onward = ({ sending, label }: { sending: Sending; label: string }) =>
  sending.kind === "form" ? (
    <AutoPost action={sending.url} values={sending.fields} submit={label} />
  ) : (
    <LinkButton href={sending.url} kind="primary" wide autoFollow>
      {label}
    </LinkButton>
  );
