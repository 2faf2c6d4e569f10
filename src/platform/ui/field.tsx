// One question of a form: label, hint, control and problem, wired for assistive technology (WCAG 2.2 §1.3.1, §1.3.5, §4.1.2).
import type { Child } from "hono/jsx";
import { useField } from "./form.tsx";
import { Icon, type IconName } from "./icon.tsx";
import { texts } from "./texts.ts";

interface Question {
  readonly name: string;
  readonly label: string;
  readonly hint?: Child;
  /** What is wrong with the answer; the form's own problems are used when it is left out. */
  readonly problem?: string | undefined;
  /** Marks the label with "(optional)". */
  readonly optional?: boolean | undefined;
  readonly disabled?: boolean | undefined;
}

export interface FieldProps extends Question {
  readonly type?:
    | "text"
    | "email"
    | "password"
    | "search"
    | "url"
    | "tel"
    | "number"
    | "date"
    | "textarea"
    | "select"
    | "file"
    | "color"
    | undefined;
  readonly value?: string | number | undefined;
  /** What browsers and password managers may fill in: "username", "current-password", "one-time-code", … */
  readonly autocomplete?: string | undefined;
  readonly inputmode?: "numeric" | "decimal" | "email" | "url" | "search" | "tel" | undefined;
  readonly placeholder?: string | undefined;
  readonly required?: boolean | undefined;
  readonly readonly?: boolean | undefined;
  readonly autofocus?: boolean | undefined;
  readonly minlength?: number | undefined;
  readonly maxlength?: number | undefined;
  /** Smallest and largest value of a number or a date. */
  readonly min?: string | number | undefined;
  readonly max?: string | number | undefined;
  readonly pattern?: string | undefined;
  /** `false` for codes, names and addresses. */
  readonly spellcheck?: boolean | undefined;
  /** Types that a file field offers, as in `accept`. */
  readonly accept?: string | undefined;
  /** Lines of a textarea. */
  readonly rows?: number | undefined;
  /** Fixed-width letters: for codes, certificates, XML. */
  readonly mono?: boolean | undefined;
  /** Large, spaced digits for one-time codes. */
  readonly code?: boolean | undefined;
  readonly icon?: IconName | undefined;
  readonly options?: readonly Option[] | undefined;
  readonly hx?: Readonly<Record<`hx-${string}`, string>> | undefined;
}

export interface Option {
  readonly value: string;
  readonly label: string;
  readonly hint?: string | undefined;
  readonly disabled?: boolean | undefined;
}

/** What every control of a question has in common. */
export function controlOf(question: Question & { autofocus?: boolean | undefined }) {
  const known = useField(question.name);
  const problem = question.problem ?? known.problem;
  const described = [
    question.hint === undefined ? null : `${known.id}-hint`,
    problem === undefined ? null : `${known.id}-problem`,
  ].filter((id) => id !== null);
  return {
    id: known.id,
    kept: known.value,
    problem,
    attributes: {
      id: known.id,
      name: question.name,
      disabled: question.disabled,
      "aria-describedby": described.length === 0 ? undefined : described.join(" "),
      "aria-invalid": problem === undefined ? undefined : "true",
      autofocus: known.isFirstBad || question.autofocus === true,
    },
  };
}

/** Label, hint and problem around a control. */
export function FieldFrame(props: Question & { readonly id: string; readonly children?: Child }) {
  const { id, label, hint, problem, optional, children } = props;
  return (
    <div class="field" data-bad={problem === undefined ? undefined : ""}>
      <label class="field-label" for={id}>
        {label}
        {optional === true && <span class="field-optional"> ({texts.optional})</span>}
      </label>
      {hint !== undefined && (
        <p class="field-hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      {children}
      <FieldProblem id={id} problem={problem} />
    </div>
  );
}

/** What is wrong with one answer. */
export function FieldProblem({ id, problem }: { id: string; problem: string | undefined }) {
  if (problem === undefined) return null;
  return (
    <p class="field-problem" id={`${id}-problem`}>
      <Icon name="error" size="small" />
      <span>{problem}</span>
    </p>
  );
}

/** A question answered by typing or choosing from a list. */
export function Field(props: FieldProps) {
  const { type = "text" } = props;
  const { id, kept, problem, attributes } = controlOf(props);
  const value =
    props.value ?? (typeof kept === "string" || typeof kept === "number" ? kept : undefined);
  return (
    <FieldFrame {...props} id={id} problem={problem}>
      <Control field={props} type={type} value={value} attributes={attributes} />
    </FieldFrame>
  );
}

interface ControlProps {
  readonly field: FieldProps;
  readonly type: NonNullable<FieldProps["type"]>;
  readonly value: string | number | undefined;
  readonly attributes: ReturnType<typeof controlOf>["attributes"];
}

function Control({ field, type, value, attributes }: ControlProps) {
  const common = {
    ...attributes,
    autocomplete: field.autocomplete,
    placeholder: field.placeholder,
    required: field.required,
    readonly: field.readonly,
    minlength: field.minlength,
    maxlength: field.maxlength,
    spellcheck: field.spellcheck,
    "data-mono": field.mono === true ? "" : undefined,
    ...field.hx,
  };
  if (type === "textarea")
    return (
      <textarea class="input" {...common} rows={field.rows ?? 4}>
        {value}
      </textarea>
    );
  if (type === "select")
    return <SelectControl common={common} options={field.options ?? []} value={value} />;
  if (type === "password") return <PasswordControl common={common} />;
  const input = (
    <input
      class="input"
      type={type}
      {...common}
      inputmode={field.inputmode}
      pattern={field.pattern}
      accept={field.accept}
      min={field.min}
      max={field.max}
      data-code={field.code === true ? "" : undefined}
      value={type === "file" ? undefined : value}
    />
  );
  if (field.icon === undefined) return input;
  return (
    <span class="input-group">
      <Icon name={field.icon} size="small" />
      {input}
    </span>
  );
}

/** Never shows a value again: a password must not travel back in a page. */
function PasswordControl({ common }: { common: Record<string, unknown> }) {
  return (
    <span class="input-group" data-password>
      <input class="input" type="password" autocapitalize="none" {...common} spellcheck={false} />
      <button
        type="button"
        class="input-button needs-script"
        aria-controls={common["id"]}
        aria-pressed="false"
        aria-label={texts.showPassword}
        title={texts.showPassword}
        data-show-password
      >
        <Icon name="eye" size="small" />
        <Icon name="eye-off" size="small" />
      </button>
    </span>
  );
}

interface SelectControlProps {
  readonly common: Record<string, unknown>;
  readonly options: readonly Option[];
  readonly value: string | number | undefined;
}

function SelectControl({ common, options, value }: SelectControlProps) {
  return (
    <span class="select">
      <select class="input" {...common}>
        {options.map((option) => (
          <option
            value={option.value}
            selected={option.value === String(value)}
            disabled={option.disabled}
          >
            {option.label}
          </option>
        ))}
      </select>
      <Icon name="chevron-down" size="small" />
    </span>
  );
}

/** A question with a short list of answers in a drop-down. */
export function Select(props: Omit<FieldProps, "type"> & { readonly options: readonly Option[] }) {
  return <Field {...props} type="select" />;
}
