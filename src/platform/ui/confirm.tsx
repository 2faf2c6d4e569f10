// Asking before something is done that cannot be taken back: a native modal dialog opened by HTML alone (HTML §4.10.6,
// invoker commands), and a page that asks the same for browsers that do not know those.
import type { Child } from "hono/jsx";
import type { ButtonKind } from "./button.tsx";
import { DangerButton } from "./button.tsx";
import { Form, type FormProps } from "./form.tsx";
import { Icon, type IconName } from "./icon.tsx";
import { texts } from "./texts.ts";

interface Question {
  /** The question ("Delete the group Finance?"). */
  readonly title: string;
  /** Where the answer "yes" is sent. */
  readonly action: string;
  readonly method?: FormProps["method"];
  /** What "yes" says: the verb ("Delete group"). */
  readonly submit: string;
  readonly hidden?: FormProps["hidden"];
  /** `false` for what can be undone: the button is not red then. */
  readonly danger?: boolean | undefined;
  /** What will happen, and any field that the answer needs. */
  readonly children?: Child;
}

export interface ConfirmDialogProps extends Question {
  /** Unique on the page. */
  readonly id: string;
  /** What the button says that opens the dialog. */
  readonly trigger: string;
  /** Says what the trigger means when several on a page read the same ("Remove Ada from Finance"). */
  readonly triggerLabel?: string | undefined;
  readonly triggerKind?: ButtonKind | undefined;
  readonly triggerIcon?: IconName | undefined;
  readonly small?: boolean | undefined;
  /** The page that asks the same question: `FramePage` with `ConfirmForm`. */
  readonly page: string;
}

/**
 * A button, and the dialog that it opens. Escape and "Cancel" close it, and the button has the focus again.
 * Must not stand inside a form. Without script it is a link to `page`, and app.js goes there where commands are unknown.
 */
export function ConfirmDialog(props: ConfirmDialogProps) {
  const {
    id,
    trigger,
    triggerLabel,
    triggerKind = "danger",
    triggerIcon,
    small,
    page,
    title,
    children,
  } = props;
  const attributes = {
    class: "button",
    "data-kind": triggerKind,
    "data-quiet-danger": triggerKind === "danger" ? "" : undefined,
    "data-small": small === true ? "" : undefined,
    "aria-label": triggerLabel,
  };
  const face = (
    <>
      {triggerIcon !== undefined && <Icon name={triggerIcon} size="small" />}
      <span class="button-label">{trigger}</span>
    </>
  );
  const opens = { commandfor: id, command: "show-modal", "data-page": page };
  return (
    <>
      <button type="button" {...attributes} aria-haspopup="dialog" {...opens}>
        {face}
      </button>
      <noscript>
        <a {...attributes} href={page}>
          {face}
        </a>
      </noscript>
      <dialog class="dialog" id={id} aria-labelledby={`${id}-title`} closedby="any">
        <h2 id={`${id}-title`}>{title}</h2>
        <ConfirmForm {...props} formId={`${id}-form`} cancel={<CloseButton dialog={id} />}>
          {children}
        </ConfirmForm>
      </dialog>
    </>
  );
}

function CloseButton({ dialog }: { dialog: string }) {
  const closes = { commandfor: dialog, command: "close" };
  return (
    <button class="button" data-kind="secondary" type="button" autofocus {...closes}>
      <span class="button-label">{texts.cancel}</span>
    </button>
  );
}

export interface ConfirmFormProps extends Omit<Question, "title"> {
  readonly formId?: string | undefined;
  /** The way out: an address, or a button. */
  readonly cancel: Child;
}

/** The question's text and its two answers: the body of the dialog and of the page that asks. */
export function ConfirmForm(props: ConfirmFormProps) {
  const {
    action,
    method = "post",
    submit,
    hidden,
    danger = true,
    formId,
    cancel,
    children,
  } = props;
  return (
    <Form id={formId} action={action} method={method} hidden={hidden}>
      <div class="confirm-text">{children}</div>
      <div class="form-actions" data-align="end">
        {cancel}
        {danger ? (
          <DangerButton>{submit}</DangerButton>
        ) : (
          <button class="button" data-kind="primary" type="submit">
            <span class="button-label">{submit}</span>
          </button>
        )}
      </div>
    </Form>
  );
}
