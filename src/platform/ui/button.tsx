// Buttons and links that look like buttons. One primary action per page; the rest are secondary or quiet.
import type { Child } from "hono/jsx";
import { Icon, type IconName } from "./icon.tsx";
import { formTarget, type FormMethod } from "./form-target.ts";
import type { WithChildren } from "./types.ts";

export type ButtonKind = "primary" | "secondary" | "quiet" | "danger";

interface Look extends WithChildren {
  readonly kind?: ButtonKind | undefined;
  readonly icon?: IconName | undefined;
  /** Fills the width of its container. */
  readonly wide?: boolean | undefined;
  readonly small?: boolean | undefined;
}

export interface ButtonProps extends Look {
  readonly type?: "button" | "submit" | undefined;
  readonly name?: string | undefined;
  readonly value?: string | undefined;
  /** The id of the form it belongs to, when it stands outside of it. */
  readonly form?: string | undefined;
  readonly disabled?: boolean | undefined;
  /** Says what the button does when its content alone does not ("Remove Ada from Finance"). */
  readonly label?: string | undefined;
  /** htmx attributes, such as `{ "hx-get": "…" }`. */
  readonly hx?: Readonly<Record<`hx-${string}`, string>> | undefined;
}

function look({ kind = "secondary", wide, small }: Look) {
  return {
    class: "button",
    "data-kind": kind,
    ...(wide === true ? { "data-wide": "" } : {}),
    ...(small === true ? { "data-small": "" } : {}),
  };
}

function face(icon: IconName | undefined, children: Child) {
  return (
    <>
      {icon !== undefined && <Icon name={icon} size="small" />}
      <span class="button-label">{children}</span>
    </>
  );
}

/** A button; `type="button"` unless said otherwise. */
export function Button(props: ButtonProps) {
  const { type = "button", name, value, form, disabled, label, icon, hx, children } = props;
  return (
    <button
      {...look(props)}
      type={type}
      name={name}
      value={value}
      form={form}
      disabled={disabled}
      aria-label={label}
      {...hx}
    >
      {face(icon, children)}
      {type === "submit" && <span class="button-spinner" aria-hidden="true"></span>}
    </button>
  );
}

/** Sends the form around it. Turns while the answer is awaited. */
export function SubmitButton({ kind = "primary", ...rest }: Omit<ButtonProps, "type">) {
  return <Button {...rest} kind={kind} type="submit" />;
}

/** For what cannot be taken back. */
export function DangerButton({ type = "submit", ...rest }: Omit<ButtonProps, "kind">) {
  return <Button {...rest} kind="danger" type={type} />;
}

export interface LinkButtonProps extends Look {
  readonly href: string;
  readonly label?: string | undefined;
  /** Offers the target as a file instead of opening it. */
  readonly download?: boolean | undefined;
  /** Opens beside this page, which the other one cannot reach. */
  readonly newWindow?: boolean | undefined;
  /** app.js goes there by itself as soon as the page is there. */
  readonly autoFollow?: boolean | undefined;
}

/** Goes somewhere, and looks like a button. */
export function LinkButton(props: LinkButtonProps) {
  const { href, label, download, newWindow, autoFollow, icon, children } = props;
  const opens = newWindow === true ? { target: "_blank", rel: "noopener" } : {};
  const follows = autoFollow === true ? { "data-auto-follow": "" } : {};
  return (
    <a {...look(props)} href={href} aria-label={label} download={download} {...opens} {...follows}>
      {face(icon, children)}
    </a>
  );
}

export interface ActionButtonProps extends Omit<ButtonProps, "type" | "form"> {
  readonly action: string;
  readonly method?: FormMethod | undefined;
  /** Further values to send. */
  readonly hidden?: Readonly<Record<string, string>> | undefined;
}

/** A form that is only a button: does something at once ("Resend invitation"). */
export function ActionButton({
  action,
  method = "post",
  hidden = {},
  ...button
}: ActionButtonProps) {
  return (
    <form class="action-form" {...formTarget(action, method)} data-once>
      {Object.entries(hidden).map(([name, value]) => (
        <input type="hidden" name={name} value={value} />
      ))}
      <Button {...button} type="submit" />
    </form>
  );
}
