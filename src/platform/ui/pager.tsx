// Going through a long list: search and pages. Real forms and links, made quicker by htmx where it runs.
import type { Child } from "hono/jsx";
import { Icon } from "./icon.tsx";
import { texts } from "./texts.ts";

/** Query parameters of a list; empty and missing ones are left out of addresses. */
export type Query = Readonly<Record<string, string | number | undefined | null>>;

/** `path` with `query` and `changes` on it. */
export function addressOf(path: string, query: Query, changes: Query = {}): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries({ ...query, ...changes }))
    if (value !== undefined && value !== null && value !== "") parameters.set(name, String(value));
  const text = parameters.toString();
  return text === "" ? path : `${path}?${text}`;
}

export interface PagerProps {
  readonly path: string;
  /** The query of this page, so that the others keep its filters. */
  readonly query?: Query | undefined;
  /** Cursor of the next page; null on the last. */
  readonly next: string | null | undefined;
  /** Cursor of the previous page, where the list can tell. */
  readonly previous?: string | null | undefined;
  /** What is shown, at the start of the line ("20 of 132 people"). */
  readonly summary?: Child;
  /** The id of the `ListRegion` that htmx replaces, without `#`. */
  readonly region?: string | undefined;
}

/** Previous, next, and back to the first page. Nothing at all when everything fits on one page. */
export function Pager({ path, query = {}, next, previous, summary, region }: PagerProps) {
  const started =
    query["cursor"] !== undefined && query["cursor"] !== null && query["cursor"] !== "";
  const target = (cursor: string | undefined) => addressOf(path, query, { cursor });
  const hasNext = next !== undefined && next !== null;
  const hasPrevious = previous !== undefined && previous !== null;
  if (!hasNext && !hasPrevious && !started && summary === undefined) return null;
  return (
    <nav class="pager" aria-label={texts.pages}>
      <p class="pager-summary">{summary}</p>
      {started && !hasPrevious && (
        <PageLink href={target(undefined)} region={region}>
          {texts.firstPage}
        </PageLink>
      )}
      {hasPrevious && (
        <PageLink href={target(previous)} region={region}>
          <Icon name="chevron-left" size="small" />
          {texts.previousPage}
        </PageLink>
      )}
      {hasNext && (
        <PageLink href={target(next)} region={region}>
          {texts.nextPage}
          <Icon name="chevron-right" size="small" />
        </PageLink>
      )}
    </nav>
  );
}

interface PageLinkProps {
  readonly href: string;
  readonly region: string | undefined;
  readonly children?: Child;
}

function PageLink({ href, region, children }: PageLinkProps) {
  const swap =
    region === undefined
      ? {}
      : {
          "hx-get": href,
          "hx-target": `#${region}`,
          "hx-swap": "outerHTML show:top",
          "hx-push-url": "true",
        };
  return (
    <a class="button" data-kind="secondary" data-small="" href={href} {...swap}>
      {children}
    </a>
  );
}

export interface SearchBoxProps {
  /** Where the list is. */
  readonly action: string;
  /** What is searched ("Search people"). */
  readonly label: string;
  readonly value?: string | undefined;
  /** Name of the query parameter; `q` by default. */
  readonly name?: string | undefined;
  /** Filters that a search keeps. */
  readonly keep?: Query | undefined;
  /** The id of the `ListRegion` that htmx replaces while typing, without `#`. */
  readonly region?: string | undefined;
  /** Further controls of the form, such as a `FilterSelect`. */
  readonly children?: Child;
}

/** A search that works by Enter, and while typing where htmx runs. */
export function SearchBox(props: SearchBoxProps) {
  const { action, label, value, name = "q", keep = {}, region, children } = props;
  const live =
    region === undefined
      ? {}
      : {
          "hx-get": action,
          "hx-target": `#${region}`,
          "hx-swap": "outerHTML",
          "hx-trigger": "input changed delay:250ms, submit",
          "hx-replace-url": "true",
          "hx-sync": "this:replace",
        };
  return (
    <form class="search" role="search" method="get" action={action} {...live}>
      <span class="input-group search-input">
        <Icon name="search" size="small" />
        <input
          class="input"
          type="search"
          name={name}
          value={value}
          placeholder={label}
          aria-label={label}
          autocomplete="off"
          spellcheck={false}
        />
        <span class="search-spinner" aria-hidden="true"></span>
      </span>
      {Object.entries(keep).map(
        ([kept, text]) =>
          text !== undefined &&
          text !== null &&
          text !== "" && <input type="hidden" name={kept} value={text} />,
      )}
      {children}
      <button class="button search-submit" data-kind="secondary" type="submit">
        <span class="button-label">{texts.search}</span>
      </button>
    </form>
  );
}

export interface FilterSelectProps {
  readonly name: string;
  readonly label: string;
  readonly value?: string | undefined;
  readonly options: readonly { readonly value: string; readonly label: string }[];
}

/** A drop-down in the search form that narrows the list. */
export function FilterSelect({ name, label, value = "", options }: FilterSelectProps) {
  return (
    <span class="select filter">
      <select class="input" name={name} aria-label={label}>
        {options.map((option) => (
          <option value={option.value} selected={option.value === value}>
            {option.label}
          </option>
        ))}
      </select>
      <Icon name="chevron-down" size="small" />
    </span>
  );
}
