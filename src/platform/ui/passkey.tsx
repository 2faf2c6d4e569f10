// Asking for a passkey: a button of a form, driven by public/passkeys.js, and what is said when it does not work.
import { Button, type ButtonKind } from "./button.tsx";
import type { IconName } from "./icon.tsx";
import { Notice } from "./notice.tsx";
import { texts } from "./texts.ts";
import type { NoticeKind, WithChildren } from "./types.ts";

export interface PasskeyButtonProps extends WithChildren {
  /** `get`: use one; `create`: make one. */
  readonly ceremony: "get" | "create";
  /** The field of the form around it that carries the browser's answer, JSON as text. */
  readonly field: string;
  /** Where the script asks for options, by POST with `Accept: application/json`: `{ options }`. */
  readonly from?: string | undefined;
  /** Or the options themselves. */
  readonly options?: object | undefined;
  readonly kind?: ButtonKind | undefined;
  readonly icon?: IconName | undefined;
  readonly wide?: boolean | undefined;
  /** Without a passkey the page has no use: a browser that knows none is told so at once. Else the button is left out there. */
  readonly isNeeded?: boolean | undefined;
}

/** Must stand in the form that its answer is sent with. Not there without script. */
export function PasskeyButton(props: PasskeyButtonProps) {
  const { ceremony, field, from, options, kind, icon = "fingerprint", wide, isNeeded } = props;
  return (
    <div
      class="needs-script"
      data-passkey={ceremony}
      data-passkey-from={from}
      data-passkey-options={options === undefined ? undefined : JSON.stringify(options)}
      data-passkey-needed={isNeeded === true ? "" : undefined}
    >
      <input type="hidden" name={field} data-passkey-answer />
      <Button kind={kind} icon={icon} wide={wide}>
        {props.children}
      </Button>
      <Sentences />
    </div>
  );
}

export interface PasskeyAutofillProps {
  /** As of the button. */
  readonly from: string;
  readonly field: string;
}

/**
 * Offers passkeys among what the browser fills in (conditional mediation). Stands in the form that its answer is sent with; some field of
 * the page says `autocomplete="username webauthn"`. Where the browser cannot, or without script, it is nothing.
 */
export function PasskeyAutofill({ from, field }: PasskeyAutofillProps) {
  return (
    <div data-passkey="autofill" data-passkey-from={from}>
      <input type="hidden" name={field} data-passkey-answer />
      <Sentences />
    </div>
  );
}

const sentences: readonly {
  readonly name: string;
  readonly kind: NoticeKind;
  readonly title: string;
  readonly text: string;
  readonly hasRetry?: boolean;
}[] = [
  {
    name: "unsupported",
    kind: "warning",
    title: texts.passkeyUnsupportedTitle,
    text: texts.passkeyUnsupported,
  },
  {
    name: "cancelled",
    kind: "info",
    title: texts.passkeyCancelledTitle,
    text: texts.passkeyCancelled,
    hasRetry: true,
  },
  {
    name: "present",
    kind: "warning",
    title: texts.passkeyPresentTitle,
    text: texts.passkeyPresent,
    hasRetry: true,
  },
  {
    name: "failed",
    kind: "error",
    title: texts.passkeyFailedTitle,
    text: texts.passkeyFailed,
    hasRetry: true,
  },
];

/** Written by the server, put into `#notices` by the script. */
function Sentences() {
  return (
    <>
      {sentences.map(({ name, kind, title, text, hasRetry }) => (
        <template data-passkey-notice={name}>
          <Notice kind={kind} title={title} action={hasRetry === true ? <Retry /> : undefined}>
            {text}
          </Notice>
        </template>
      ))}
    </>
  );
}

const Retry = () => (
  <button class="button" data-kind="secondary" data-small="" type="button" data-passkey-retry>
    <span class="button-label">{texts.passkeyRetry}</span>
  </button>
);
