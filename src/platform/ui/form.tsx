// Forms: work without script, keep what was typed, say what is wrong at the top and at the field (WCAG 2.2 §3.3.1, §3.3.3).
import { type Child, createContext, useContext } from "hono/jsx";
import { type ButtonKind, SubmitButton } from "./button.tsx";
import { formTarget, type FormMethod } from "./form-target.ts";
import { Icon } from "./icon.tsx";
import { texts } from "./texts.ts";

/** Field name → what is wrong with it. The empty name stands for the form as a whole. */
export type Problems = Readonly<Record<string, string | undefined>>;

interface FormScope {
  readonly prefix: string;
  readonly values: Readonly<Record<string, unknown>>;
  readonly problems: Problems;
  readonly firstBad: string | null;
}

const outsideForm: FormScope = { prefix: "field", values: {}, problems: {}, firstBad: null };
const FormContext = createContext<FormScope>(outsideForm);

/** What the form around a field knows of it. Explicit props of the field win. */
export function useField(name: string) {
  const { prefix, values, problems, firstBad } = useContext(FormContext);
  return {
    id: `${prefix}-${name}`,
    value: values[name],
    problem: problems[name],
    isFirstBad: firstBad === name,
  };
}

export interface FormProps {
  readonly action: string;
  /** PUT, PATCH and DELETE are sent as a POST to `action?_method=…`. */
  readonly method?: FormMethod | undefined;
  /** Prefix of the ids of its fields; needed where a page has two forms or `enhance` is on. */
  readonly id?: string | undefined;
  /** The label of the button; without it the children bring their own. */
  readonly submit?: string | undefined;
  readonly submitKind?: ButtonKind | undefined;
  /** The button fills the width (sign-in cards). */
  readonly wide?: boolean | undefined;
  /** What was typed before, by field name. Passwords are never shown again. */
  readonly values?: Readonly<Record<string, unknown>> | undefined;
  readonly problems?: Problems | undefined;
  /** `false` leaves out the list at the top: for forms of one field. */
  readonly summary?: boolean | undefined;
  /** htmx sends the form and swaps the answer; `true` replaces the form itself. */
  readonly enhance?:
    | boolean
    | { readonly target: string; readonly swap?: string | undefined }
    | undefined;
  /** Where "Cancel" leads; without it there is none. */
  readonly cancel?: string | undefined;
  /** Needed for files. */
  readonly multipart?: boolean | undefined;
  readonly hidden?: Readonly<Record<string, string>> | undefined;
  readonly children?: Child;
}

function enhancement(enhance: FormProps["enhance"], method: FormMethod, action: string) {
  if (enhance === undefined || enhance === false) return {};
  const { target, swap = "outerHTML" } = enhance === true ? { target: "this" } : enhance;
  // A second submission while one is under way is dropped: nothing is created twice by a double click.
  return {
    [method === "get" ? "hx-get" : "hx-post"]: action,
    "hx-target": target,
    "hx-swap": swap,
    "hx-sync": "this:drop",
  };
}

/** A form with its error summary, hidden values, fields and buttons. */
export function Form(props: FormProps) {
  const {
    method = "post",
    id,
    values = {},
    problems = {},
    hidden = {},
    summary = true,
    multipart,
  } = props;
  const target = formTarget(props.action, method);
  const bad = Object.keys(problems).filter((name) => problems[name] !== undefined);
  const scope: FormScope = {
    prefix: id ?? "field",
    values,
    problems,
    firstBad: bad.find((name) => name !== "") ?? null,
  };
  return (
    <form
      class="form"
      id={id}
      {...target}
      enctype={multipart === true ? "multipart/form-data" : undefined}
      novalidate
      data-once
      {...enhancement(props.enhance, method, target.action)}
    >
      {(summary || problems[""] !== undefined) && (
        <ErrorSummary prefix={scope.prefix} problems={problems} />
      )}
      {Object.entries(hidden).map(([name, value]) => (
        <input type="hidden" name={name} value={value} />
      ))}
      <FormContext.Provider value={scope}>{props.children}</FormContext.Provider>
      <FormActions {...props} />
    </form>
  );
}

function FormActions({ submit, submitKind, wide, cancel }: FormProps) {
  if (submit === undefined) return null;
  return (
    <div class="form-actions">
      <SubmitButton kind={submitKind} wide={wide}>
        {submit}
      </SubmitButton>
      {cancel !== undefined && (
        <a class="button" data-kind="quiet" href={cancel}>
          <span class="button-label">{texts.cancel}</span>
        </a>
      )}
    </div>
  );
}

/** Lists what is wrong and leads to each field. */
function ErrorSummary({ prefix, problems }: { prefix: string; problems: Problems }) {
  const found = Object.entries(problems).flatMap(([name, text]) =>
    text === undefined ? [] : [{ name, text }],
  );
  if (found.length === 0) return null;
  return (
    <div class="error-summary" role="alert">
      <Icon name="error" />
      <div>
        <p class="error-summary-title">{texts.problems(found.length)}</p>
        <ul>
          {found.map(({ name, text }) => (
            <li>{name === "" ? text : <a href={`#${prefix}-${name}`}>{text}</a>}</li>
          ))}
        </ul>
      </div>
    </div>
  );
}
