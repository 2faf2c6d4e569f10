// Refusals: declared once with a stable code, thrown anywhere, rendered by the door the request came through.

export type RefusalStatus =
  | 400
  | 401
  | 403
  | 404
  | 405
  | 409
  | 410
  | 413
  | 415
  | 422
  | 429
  | 500
  | 502
  | 503;

export interface RefusalSpec {
  readonly status: RefusalStatus;
  /** What the person can act on: public, sentence case. */
  readonly title: string;
  /** Seconds after which trying again makes sense; sent as Retry-After. */
  readonly retryAfterSeconds?: number;
}

/** A refusal the caller may see: `code`, `title` and `detail` are public and stable, `cause` goes to the log only. */
export class DomainError extends Error {
  override readonly name = "DomainError";
  readonly code: string;
  readonly spec: RefusalSpec;
  readonly detail: Readonly<Record<string, unknown>>;
  constructor(
    code: string,
    spec: RefusalSpec,
    detail: Readonly<Record<string, unknown>>,
    cause: unknown,
  ) {
    super(`${code}: ${spec.title}`, { cause });
    this.code = code;
    this.spec = spec;
    this.detail = detail;
  }

  /** Seconds to wait: this refusal's own, else its kind's. */
  get retryAfterSeconds(): number | undefined {
    const own = this.detail["retryAfterSeconds"];
    return typeof own === "number" ? own : this.spec.retryAfterSeconds;
  }
}

export interface ErrorDefinition {
  (detail?: Readonly<Record<string, unknown>>, cause?: unknown): DomainError;
  readonly code: string;
  readonly spec: RefusalSpec;
}

const declared = new Map<string, ErrorDefinition>();

/** Declares a refusal under a stable code (`area.thing`). A field problem puts `{ errors: { field: text } }` in its detail. */
export function defineError(code: string, spec: RefusalSpec): ErrorDefinition {
  if (declared.has(code)) throw new Error(`error "${code}" is declared twice`);
  const definition = Object.assign(
    (detail: Readonly<Record<string, unknown>> = {}, cause?: unknown) =>
      new DomainError(code, spec, detail, cause),
    { code, spec },
  );
  declared.set(code, definition);
  return definition;
}

/** Every declared refusal by code: the problem pages and the name lock read it. */
export function declaredErrors(): ReadonlyMap<string, ErrorDefinition> {
  return declared;
}
