// JSON log lines for operators: level, ISO time, what happened, fields. Never a secret, never a whole e-mail address.
import { type LevelWithSilent, type Logger as Pino, pino } from "pino";

export type LogLevel = LevelWithSilent;

/** `log.info({ mailId }, "mail sent")`: fields first, then what happened in the past tense. */
export type Logger = Pick<Pino, "debug" | "info" | "warn" | "error" | "fatal"> & {
  /** The same log with fields on every line: `requestId`, `tenant`, `actor`. */
  child(fields: Readonly<Record<string, unknown>>): Logger;
};

/** Fields whose values are never written, wherever they stand. Numbers and booleans pass: `tokens: 3` is a count. */
const secretName =
  /passw|passphrase|secret|token|cookie|authorization|api[-_]?key|private[-_]?key|sealed|otp|saml(request|response)|assertion/i;
const hidden = "[hidden]";
const deepest = 6;

/** Writes to `destination`, standard output by default. */
export function createLogger(
  { level }: { level: LogLevel },
  destination?: { write(line: string): void },
): Logger {
  const options = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    serializers: { err: (described: unknown) => described }, // instead of pino's, which keeps every property
    formatters: {
      level: (label: string) => ({ level: label }),
      log: (fields: Record<string, unknown>) => withoutSecrets(fields),
    },
    // The last gate, over the finished line: database and mail server messages quote addresses.
    hooks: { streamWrite: maskEmails },
  };
  return wrap(destination ? pino(options, destination) : pino(options));
}

/** pino formats the fields of a line, not those of a child: they pass the same filter here. */
function wrap(logger: Pino): Logger {
  return {
    debug: logger.debug.bind(logger),
    info: logger.info.bind(logger),
    warn: logger.warn.bind(logger),
    error: logger.error.bind(logger),
    fatal: logger.fatal.bind(logger),
    child: (fields) => wrap(logger.child(withoutSecrets(fields))),
  };
}

/** `jane@acme.com` → `j***@acme.com`: enough to recognise, too little to write to. */
export const maskEmail = (email: string): string => email.replace(/^(.).*@/su, "$1***@");

// A JSON escape may stand directly before an address: it is kept whole, or the line would no longer be JSON.
const address =
  /(\\u[\da-f]{4}|\\[^u])?([\p{L}\p{N}])[\p{L}\p{N}.!#$%&'*+/=?^_`{|}~-]{0,63}@(?=[\p{L}\p{N}])/giu;

/** The same for every address within a text. */
export const maskEmails = (text: string): string =>
  text.includes("@") ? text.replace(address, "$1$2***@") : text;

function withoutSecrets(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name, clean(name, value, 1)]),
  );
}

function clean(name: string, value: unknown, depth: number): unknown {
  if (typeof value === "number" || typeof value === "boolean" || value == null) return value;
  if (secretName.test(name)) return hidden;
  if (value instanceof Error) return describeError(value);
  if (value instanceof Uint8Array) return `[${value.byteLength} bytes]`;
  if (typeof value !== "object" || value instanceof Date) return value;
  if (depth >= deepest) return "[deeper]";
  if (Array.isArray(value)) return value.map((item: unknown) => clean("", item, depth + 1));
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, clean(key, inner, depth + 1)]),
  );
}

/** Named properties only: the errors of HTTP and database clients carry whole requests, credentials and rows. */
function describeError(error: unknown, depth = 0): unknown {
  if (!(error instanceof Error)) return clean("", error, depth + 1);
  const code: unknown = Reflect.get(error, "code");
  return {
    type: error.name,
    message: error.message,
    ...(typeof code === "string" || typeof code === "number" ? { code } : {}),
    stack: error.stack,
    ...(error.cause !== undefined && depth < 3
      ? { cause: describeError(error.cause, depth + 1) }
      : {}),
  };
}
