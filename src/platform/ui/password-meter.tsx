// How hard a new password is to guess, rated by the server while it is typed.
import type { Child } from "hono/jsx";
import { texts } from "./texts.ts";

/** 0 (guessed at once) to 4, as zxcvbn counts; null before anything was typed. */
export type PasswordScore = 0 | 1 | 2 | 3 | 4 | null;

const words = [
  texts.passwordTooWeak,
  texts.passwordWeak,
  texts.passwordFair,
  texts.passwordGood,
  texts.passwordStrong,
] as const;

export interface PasswordMeterProps {
  /** The route that rates: receives the form by POST and answers with this component again. */
  readonly check: string;
  readonly score: PasswordScore;
  /** What would make it better. */
  readonly advice?: Child;
  /** How long guessing it would take, in a sentence. */
  readonly crackTime?: Child;
  readonly id?: string | undefined;
  /** CSS selector of the password field; the first one before the meter in its form by default. */
  readonly field?: string | undefined;
}

/** Stands below the password field. Without script it shows nothing until the form comes back. */
export function PasswordMeter(props: PasswordMeterProps) {
  const { check, score, advice, crackTime } = props;
  const { id = "password-meter", field = "previous [data-password]" } = props;
  const word = score === null ? texts.passwordUnrated : words[score];
  return (
    <div
      class="password-meter"
      id={id}
      data-score={score === null ? undefined : score}
      hx-post={check}
      hx-trigger={`input delay:300ms from:'${field}'`}
      hx-target="this"
      hx-swap="outerMorph"
      hx-sync="this:replace"
    >
      <span class="password-bar" aria-hidden="true">
        {[1, 2, 3, 4].map((step) => (
          <span data-on={score !== null && score >= step ? "" : undefined}></span>
        ))}
      </span>
      <p class="password-word" role="status">
        <span class="password-label">{texts.passwordStrength}: </span>
        <strong>{word}</strong>
        {advice !== undefined && <span class="password-advice"> {advice}</span>}
        {crackTime !== undefined && <span class="password-crack-time">{crackTime}</span>}
      </p>
    </div>
  );
}
