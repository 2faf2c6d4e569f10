// Questions answered by ticking: one box, or one of several.
import type { Child } from "hono/jsx";
import { controlOf, FieldProblem, type Option } from "./field.tsx";
import { texts } from "./texts.ts";

export interface CheckboxProps {
  readonly name: string;
  readonly label: Child;
  readonly hint?: Child;
  readonly problem?: string | undefined;
  readonly checked?: boolean | undefined;
  /** Sent when ticked; "on" by default. Give each box of a list its own. */
  readonly value?: string | undefined;
  readonly disabled?: boolean | undefined;
}

/** Whether a kept form value means that this box was ticked: a list of values, a boolean, or what a form sends. */
function wasTicked(kept: unknown, value: string): boolean {
  if (Array.isArray(kept)) return kept.includes(value);
  return kept === true || kept === value;
}

/** One box to tick. */
export function Checkbox(props: CheckboxProps) {
  const { label, hint, checked, value = "on" } = props;
  const { id: base, kept, problem, attributes } = controlOf({ ...props, label: "" });
  const id = value === "on" ? base : `${base}-${value}`;
  return (
    <div class="choice" data-bad={problem === undefined ? undefined : ""}>
      <input
        type="checkbox"
        {...attributes}
        id={id}
        value={value}
        checked={checked ?? wasTicked(kept, value)}
        aria-describedby={describedBy(id, hint !== undefined, problem !== undefined)}
      />
      <label for={id}>{label}</label>
      {hint !== undefined && (
        <p class="field-hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      <FieldProblem id={id} problem={problem} />
    </div>
  );
}

function describedBy(id: string, hasHint: boolean, hasProblem: boolean): string | undefined {
  const ids = [hasHint ? `${id}-hint` : null, hasProblem ? `${id}-problem` : null].filter(
    (part) => part !== null,
  );
  return ids.length === 0 ? undefined : ids.join(" ");
}

export interface RadiosProps {
  readonly name: string;
  readonly label: string;
  readonly options: readonly Option[];
  readonly hint?: Child;
  readonly problem?: string | undefined;
  readonly value?: string | undefined;
  readonly optional?: boolean | undefined;
  /** Bordered boxes side by side instead of a plain list. */
  readonly cards?: boolean | undefined;
}

/** One answer of several. The first has the field's id, so that the error summary leads to it. */
export function Radios(props: RadiosProps) {
  const { name, label, options, hint, optional, cards } = props;
  const { id, kept, problem, attributes } = controlOf(props);
  const chosen = props.value ?? (typeof kept === "string" ? kept : undefined);
  return (
    <fieldset
      class="field radios"
      data-bad={problem === undefined ? undefined : ""}
      data-cards={cards === true ? "" : undefined}
      aria-describedby={attributes["aria-describedby"]}
    >
      <legend class="field-label">
        {label}
        {optional === true && <span class="field-optional"> ({texts.optional})</span>}
      </legend>
      {hint !== undefined && (
        <p class="field-hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      <div class="radio-list">
        {options.map((option, index) => (
          <RadioChoice
            id={index === 0 ? id : `${id}-${option.value}`}
            name={name}
            option={option}
            checked={option.value === chosen}
            autofocus={index === 0 && attributes.autofocus}
          />
        ))}
      </div>
      <FieldProblem id={id} problem={problem} />
    </fieldset>
  );
}

interface RadioChoiceProps {
  readonly id: string;
  readonly name: string;
  readonly option: Option;
  readonly checked: boolean;
  readonly autofocus: boolean;
}

function RadioChoice({ id, name, option, checked, autofocus }: RadioChoiceProps) {
  const hintId = `${id}-option-hint`;
  return (
    <div class="choice">
      <input
        type="radio"
        id={id}
        name={name}
        value={option.value}
        checked={checked}
        disabled={option.disabled}
        autofocus={autofocus}
        aria-describedby={option.hint === undefined ? undefined : hintId}
      />
      <label for={id}>{option.label}</label>
      {option.hint !== undefined && (
        <p class="field-hint" id={hintId}>
          {option.hint}
        </p>
      )}
    </div>
  );
}

export interface FieldsetProps {
  readonly legend: string;
  readonly hint?: Child;
  readonly children?: Child;
}

/** Several boxes or fields under one question. */
export function Fieldset({ legend, hint, children }: FieldsetProps) {
  return (
    <fieldset class="field fieldset">
      <legend class="field-label">{legend}</legend>
      {hint !== undefined && <p class="field-hint">{hint}</p>}
      <div class="radio-list">{children}</div>
    </fieldset>
  );
}
