// A list of actions behind a button: a native disclosure, which app.js closes on Escape and on a click elsewhere.
import type { Child } from "hono/jsx";
import { formTarget, type FormMethod } from "./form-target.ts";
import { Icon, type IconName } from "./icon.tsx";
import { texts } from "./texts.ts";

export interface MenuProps {
  /** What the button says to screen readers, when its face is only an icon. */
  readonly label?: string | undefined;
  /** The content of the button; three dots by default. */
  readonly face?: Child;
  readonly class?: string | undefined;
  /** `MenuLink` and `MenuAction`. */
  readonly children?: Child;
}

/** The actions of a row or a page that are not important enough for a button of their own. */
export function Menu({ label, face, class: name, children }: MenuProps) {
  const dots = face === undefined;
  return (
    <details class={name === undefined ? "menu" : `menu ${name}`} data-menu>
      <summary aria-label={dots ? (label ?? texts.moreActions) : label}>
        {dots ? <Icon name="more" /> : face}
      </summary>
      <div class="menu-panel">{children}</div>
    </details>
  );
}

interface EntryProps {
  readonly icon?: IconName | undefined;
  readonly danger?: boolean | undefined;
  readonly children?: Child;
}

/** An entry that goes somewhere; also to the page that asks before something is deleted. */
export function MenuLink({ href, icon, danger, children }: EntryProps & { readonly href: string }) {
  return (
    <a class="menu-item" href={href} data-danger={danger === true ? "" : undefined}>
      {icon !== undefined && <Icon name={icon} size="small" />}
      <span>{children}</span>
    </a>
  );
}

export interface MenuActionProps extends EntryProps {
  readonly action: string;
  readonly method?: FormMethod | undefined;
}

/** An entry that does something at once. */
export function MenuAction({ action, method = "post", icon, danger, children }: MenuActionProps) {
  return (
    <form {...formTarget(action, method)} data-once>
      <button class="menu-item" type="submit" data-danger={danger === true ? "" : undefined}>
        {icon !== undefined && <Icon name={icon} size="small" />}
        <span>{children}</span>
      </button>
    </form>
  );
}
