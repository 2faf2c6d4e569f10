// A card in the middle of an empty page: sign-in, invitation, consent, confirmation, errors.
import type { Child } from "hono/jsx";
import { Document } from "./document.tsx";
import { formTarget } from "./form-target.ts";
import { SubmitButton } from "./button.tsx";
import { Icon, type IconName } from "./icon.tsx";
import { Notices, PageFooter, TenantMark } from "./layout.tsx";
import { texts } from "./texts.ts";
import type { PageView } from "./types.ts";

export interface FramePageProps {
  readonly view: Pick<PageView, "nonce" | "tenant" | "viewer" | "notice">;
  /** The heading of the card, and the title of the page. */
  readonly title: string;
  /** One or two sentences below the heading. */
  readonly lead?: Child;
  readonly icon?: IconName | undefined;
  readonly tone?: "neutral" | "positive" | "critical" | undefined;
  /** `wide` for texts and lists, such as consent or backup codes. */
  readonly width?: "narrow" | "wide" | undefined;
  /** Quiet links below the card. */
  readonly after?: Child;
  readonly children?: Child;
}

/** The whole page: the tenant's name above, the card, a quiet footer. */
export function FramePage(props: FramePageProps) {
  const { view, title, lead, icon, tone = "neutral", width = "narrow", after, children } = props;
  return (
    <Document view={view} title={title}>
      <div class="frame" data-width={width}>
        <header class="frame-head">
          <TenantMark tenant={view.tenant} />
          <span class="brand-name">{view.tenant.name}</span>
        </header>
        <main id="main" tabindex={-1}>
          <div class="frame-card">
            <Notices notice={view.notice} />
            <div class="frame-intro">
              {icon !== undefined && (
                <span class="frame-icon" data-tone={tone}>
                  <Icon name={icon} />
                </span>
              )}
              <h1>{title}</h1>
              {lead !== undefined && <p class="lead">{lead}</p>}
            </div>
            {children}
          </div>
          {after !== undefined && <div class="frame-after">{after}</div>}
        </main>
        <PageFooter />
      </div>
      <p id="announcer" class="visually-hidden" role="status"></p>
    </Document>
  );
}

export interface AutoPostProps {
  readonly action: string;
  /** Name and value of what is handed over, in order. */
  readonly values: Readonly<Record<string, string>>;
  readonly submit?: string | undefined;
}

/**
 * A form that app.js sends by itself and that a person can send without script (SAML Bindings §3.5.4).
 * The page's policy must name the target in `form-action`.
 */
export function AutoPost({ action, values, submit = texts.continue }: AutoPostProps) {
  return (
    <form class="form" {...formTarget(action, "post")} data-auto-submit data-once>
      {Object.entries(values).map(([name, value]) => (
        <input type="hidden" name={name} value={value} />
      ))}
      <SubmitButton wide>{submit}</SubmitButton>
    </form>
  );
}
