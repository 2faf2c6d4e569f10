// Containers: how the parts of a page stand to each other. Features need no CSS of their own.
import type { Child } from "hono/jsx";
import type { WithChildren } from "./types.ts";

export interface CardProps extends WithChildren {
  readonly title?: string | undefined;
  readonly description?: Child;
  /** Buttons or links beside the title. */
  readonly actions?: Child;
  /** A quiet line at the bottom. */
  readonly footer?: Child;
  /** Content that brings its own padding: a table, a list. */
  readonly flush?: boolean | undefined;
  readonly id?: string | undefined;
  /** `critical` for the things that cannot be taken back. */
  readonly tone?: "neutral" | "critical" | undefined;
}

/** A bordered box about one thing. */
export function Card({
  title,
  description,
  actions,
  footer,
  flush,
  id,
  tone,
  children,
}: CardProps) {
  return (
    <section class="card" id={id} data-flush={flush === true ? "" : undefined} data-tone={tone}>
      {(title !== undefined || actions !== undefined) && (
        <header class="card-head">
          <div>
            {title !== undefined && <h2>{title}</h2>}
            {description !== undefined && <p class="card-description">{description}</p>}
          </div>
          {actions !== undefined && <div class="card-actions">{actions}</div>}
        </header>
      )}
      <div class="card-body">{children}</div>
      {footer !== undefined && <footer class="card-foot">{footer}</footer>}
    </section>
  );
}

export interface SectionProps extends WithChildren {
  readonly title: string;
  readonly description?: Child;
  readonly id?: string | undefined;
}

/** A part of a settings page: what it is about at the side, the controls beside it. */
export function Section({ title, description, id, children }: SectionProps) {
  return (
    <section class="section" id={id}>
      <div class="section-head">
        <h2>{title}</h2>
        {description !== undefined && <p>{description}</p>}
      </div>
      <div class="section-body">{children}</div>
    </section>
  );
}

export type Gap = "small" | "medium" | "large";

/** One below the other. */
export function Stack({
  gap = "medium",
  children,
}: WithChildren & { readonly gap?: Gap | undefined }) {
  return (
    <div class="stack" data-gap={gap}>
      {children}
    </div>
  );
}

export interface ClusterProps extends WithChildren {
  readonly gap?: Gap | undefined;
  readonly align?: "start" | "end" | "between" | undefined;
}

/** Beside each other, wrapping where there is no room. */
export function Cluster({ gap = "small", align = "start", children }: ClusterProps) {
  return (
    <div class="cluster" data-gap={gap} data-align={align}>
      {children}
    </div>
  );
}

/** Columns of equal width, as many as fit; `wide` columns are at least 20rem, others 13rem. */
export function Grid({ wide, children }: WithChildren & { readonly wide?: boolean | undefined }) {
  return (
    <div class="grid" data-wide={wide === true ? "" : undefined}>
      {children}
    </div>
  );
}

/** Content and, beside it where there is room, something smaller. */
export function WithAside({ aside, children }: WithChildren & { readonly aside: Child }) {
  return (
    <div class="with-aside">
      <div class="stack" data-gap="large">
        {children}
      </div>
      <div class="stack" data-gap="large">
        {aside}
      </div>
    </div>
  );
}
