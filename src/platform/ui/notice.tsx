// What happened, or what to know, in a sentence or two.
import type { Child } from "hono/jsx";
import { Icon, type IconName } from "./icon.tsx";
import { texts } from "./texts.ts";
import type { NoticeKind } from "./types.ts";

const faces: Readonly<Record<NoticeKind, { icon: IconName; label: string }>> = {
  info: { icon: "info", label: texts.noticeInfo },
  success: { icon: "success", label: texts.noticeSuccess },
  warning: { icon: "warning", label: texts.noticeWarning },
  error: { icon: "error", label: texts.noticeError },
};

export interface NoticeProps {
  readonly kind?: NoticeKind | undefined;
  readonly title?: string | undefined;
  /** Can be put away by a button, where script runs. */
  readonly dismissible?: boolean | undefined;
  /** A link or a button that does something about it. */
  readonly action?: Child;
  readonly children?: Child;
}

/** A box with an icon. An error interrupts what a screen reader says, others wait. */
export function Notice({ kind = "info", title, dismissible, action, children }: NoticeProps) {
  const { icon, label } = faces[kind];
  return (
    <div class="notice" data-kind={kind} role={kind === "error" ? "alert" : undefined}>
      <Icon name={icon} label={label} />
      <div class="notice-body">
        {title !== undefined && <p class="notice-title">{title}</p>}
        <div class="notice-text">{children}</div>
        {action !== undefined && <div class="notice-action">{action}</div>}
      </div>
      {dismissible === true && (
        <button
          type="button"
          class="icon-button needs-script"
          aria-label={texts.dismiss}
          data-dismiss
        >
          <Icon name="x" size="small" />
        </button>
      )}
    </div>
  );
}

export interface EmptyStateProps {
  readonly icon: IconName;
  readonly title: string;
  /** A button or a link that fills the emptiness. */
  readonly action?: Child;
  /** What would stand here, and what to do. */
  readonly children?: Child;
}

/** Stands where a list would be. */
export function EmptyState({ icon, title, action, children }: EmptyStateProps) {
  return (
    <div class="empty">
      <span class="empty-icon">
        <Icon name={icon} size="large" />
      </span>
      <p class="empty-title">{title}</p>
      {children !== undefined && <p class="empty-text">{children}</p>}
      {action !== undefined && <div class="empty-action">{action}</div>}
    </div>
  );
}
