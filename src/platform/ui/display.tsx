// Showing values: states, names and values, things to copy, applications.
import type { Child } from "hono/jsx";
import { Avatar } from "./avatar.tsx";
import { Icon } from "./icon.tsx";
import { texts } from "./texts.ts";
import type { WithChildren } from "./types.ts";

export type Tone = "neutral" | "positive" | "caution" | "critical" | "accent";

/** A word about a thing: a role, a kind, a count. */
export function Badge({
  tone = "neutral",
  children,
}: WithChildren & { readonly tone?: Tone | undefined }) {
  return (
    <span class="badge" data-tone={tone}>
      {children}
    </span>
  );
}

/** The state a thing is in: a dot and a word. The word carries the meaning, not the colour. */
export function Status({
  tone = "neutral",
  children,
}: WithChildren & { readonly tone?: Tone | undefined }) {
  return (
    <span class="status" data-tone={tone}>
      {children}
    </span>
  );
}

export interface KeyValuesProps {
  readonly items: readonly { readonly label: string; readonly value: Child }[];
}

/** Names and values, one pair a line. An empty value is a dash. */
export function KeyValues({ items }: KeyValuesProps) {
  return (
    <dl class="key-values">
      {items.map(({ label, value }) => (
        <div>
          <dt>{label}</dt>
          <dd>{value === undefined || value === null || value === "" ? "–" : value}</dd>
        </div>
      ))}
    </dl>
  );
}

export interface CopyFieldProps {
  /** Unique on the page. */
  readonly id: string;
  readonly label: string;
  readonly value: string;
  readonly hint?: Child;
  /** The button stands below. */
  readonly multiline?: boolean | undefined;
  /** For what is long and nobody reads, such as a certificate: shows so many lines, the rest by scrolling. */
  readonly rows?: number | undefined;
}

/** Where a browser does not size a box by what is in it: as many lines as a narrow page needs, at most six. */
const narrowLineLength = 30;
const linesOf = (value: string) => Math.min(6, Math.ceil(value.length / narrowLineLength));

/** A value for another system: can be read whole at any width, selected, and copied by a button where script runs. */
export function CopyField({ id, label, value, hint, multiline, rows }: CopyFieldProps) {
  const attributes = {
    id,
    class: "input",
    readonly: true,
    spellcheck: false,
    "data-mono": "",
    "aria-describedby": hint === undefined ? undefined : `${id}-hint`,
  };
  return (
    <div class="field">
      <label class="field-label" for={id}>
        {label}
      </label>
      {hint !== undefined && (
        <p class="field-hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      <div class="copy" data-multiline={multiline === true ? "" : undefined}>
        <textarea
          {...attributes}
          rows={rows ?? linesOf(value)}
          data-fit={rows === undefined ? "" : undefined}
        >
          {value}
        </textarea>
        <CopyButton from={id} label={label} />
      </div>
    </div>
  );
}

/** Copies the value or the text of the element with the id `from`. Not there where script does not run. */
export function CopyButton({ from, label }: { readonly from: string; readonly label: string }) {
  return (
    <button
      type="button"
      class="button needs-script copy-button"
      data-kind="secondary"
      data-copy={from}
      data-copied={texts.copied}
      aria-label={texts.copyNamed(label)}
    >
      <Icon name="copy" size="small" />
      <Icon name="check" size="small" />
      <span class="button-label">{texts.copy}</span>
    </button>
  );
}

/** A short value in fixed-width letters within a sentence; `block` for several lines. */
export function Code({
  block,
  id,
  children,
}: WithChildren & { readonly block?: boolean; readonly id?: string }) {
  if (block !== true)
    return (
      <code class="code" id={id}>
        {children}
      </code>
    );
  return (
    <pre class="code-block" id={id} tabindex={0}>
      <code>{children}</code>
    </pre>
  );
}

export interface PersonProps {
  readonly name: string;
  /** Usually the e-mail address. */
  readonly detail?: Child;
}

/** A person in a list: initials, name, address. */
export function Person({ name, detail }: PersonProps) {
  return (
    <span class="person">
      <Avatar name={name} />
      <span class="person-text">
        <span class="person-name">{name}</span>
        {detail !== undefined && <span class="person-detail">{detail}</span>}
      </span>
    </span>
  );
}

export interface TileProps {
  readonly href: string;
  readonly name: string;
  readonly description?: string | undefined;
  /** Address of a square picture; the first letter of the name stands in for it. */
  readonly logo?: string | undefined;
}

/** An application that can be opened. */
export function Tile({ href, name, description, logo }: TileProps) {
  return (
    <a class="tile" href={href}>
      {logo === undefined ? (
        <Avatar name={name} size="large" square />
      ) : (
        <img class="tile-logo" src={logo} alt="" width="44" height="44" loading="lazy" />
      )}
      <span class="tile-text">
        <span class="tile-name">{name}</span>
        {description !== undefined && <span class="tile-description">{description}</span>}
      </span>
      <Icon name="arrow-right" size="small" />
    </a>
  );
}

export interface FigureProps {
  readonly label: string;
  readonly value: Child;
  readonly detail?: Child;
  readonly href?: string | undefined;
}

/** One number that matters. */
export function Figure({ label, value, detail, href }: FigureProps) {
  return (
    <div class="figure">
      <p class="figure-label">{href === undefined ? label : <a href={href}>{label}</a>}</p>
      <p class="figure-value">{value}</p>
      {detail !== undefined && <p class="figure-detail">{detail}</p>}
    </div>
  );
}
