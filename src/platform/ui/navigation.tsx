// Where one is, and what is beside it.
import type { Child } from "hono/jsx";
import { Icon } from "./icon.tsx";
import { texts } from "./texts.ts";

export interface TabsProps {
  /** Names the set for screen readers. */
  readonly label: string;
  readonly items: readonly {
    readonly href: string;
    readonly label: string;
    readonly current: boolean;
    readonly count?: number | undefined;
  }[];
}

/** Links between the sides of one thing. */
export function Tabs({ label, items }: TabsProps) {
  return (
    <nav class="tabs" aria-label={label}>
      <ul>
        {items.map((item) => (
          <li>
            <a href={item.href} aria-current={item.current ? "page" : undefined}>
              {item.label}
              {item.count !== undefined && <span class="tab-count">{item.count}</span>}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}

export interface BreadcrumbsProps {
  /** From the outermost page inwards; without the page itself. */
  readonly items: readonly { readonly href: string; readonly label: string }[];
}

/** The way back up. */
export function Breadcrumbs({ items }: BreadcrumbsProps) {
  return (
    <nav class="breadcrumbs" aria-label={texts.breadcrumbs}>
      <ol>
        {items.map((item) => (
          <li>
            <a href={item.href}>{item.label}</a>
            <Icon name="chevron-right" size="small" />
          </li>
        ))}
      </ol>
    </nav>
  );
}

export interface StepperProps {
  readonly label: string;
  readonly steps: readonly string[];
  /** Index of the step that the person is at, from 0. */
  readonly current: number;
}

/** How far along a short, fixed way. */
export function Stepper({ label, steps, current }: StepperProps) {
  return (
    <ol class="stepper" aria-label={label}>
      {steps.map((step, index) => {
        const state = index < current ? "done" : index === current ? "current" : "ahead";
        return (
          <li data-state={state} aria-current={state === "current" ? "step" : undefined}>
            <span class="step-mark" aria-hidden="true">
              {state === "done" ? <Icon name="check" size="small" /> : index + 1}
            </span>
            <span class="step-name">
              {step}
              {state === "done" && <span class="visually-hidden"> ({texts.stepDone})</span>}
            </span>
          </li>
        );
      })}
    </ol>
  );
}

export interface PageHeaderProps {
  readonly title: string;
  readonly description?: Child;
  /** Buttons; the primary one last. */
  readonly actions?: Child;
  readonly breadcrumbs?: BreadcrumbsProps["items"] | undefined;
  /** Badges beside the title. */
  readonly badges?: Child;
  /** A picture before the title, such as an `Avatar`. */
  readonly figure?: Child;
}

/** The heading of a page. */
export function PageHeader({
  title,
  description,
  actions,
  breadcrumbs,
  badges,
  figure,
}: PageHeaderProps) {
  return (
    <div class="page-header">
      {breadcrumbs !== undefined && <Breadcrumbs items={breadcrumbs} />}
      <div class="page-header-row">
        {figure}
        <div class="page-header-text">
          <div class="page-title">
            <h1>{title}</h1>
            {badges}
          </div>
          {description !== undefined && <p class="page-description">{description}</p>}
        </div>
        {actions !== undefined && <div class="page-actions">{actions}</div>}
      </div>
    </div>
  );
}
