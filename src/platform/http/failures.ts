// What went wrong on our side: told with a request id and nothing else.
import { defineError, DomainError } from "../errors.ts";
import { HTTPException } from "hono/http-exception";
import { defineTexts } from "../texts.ts";
import { malformedInput } from "./input.ts";

const texts = defineTexts("failures", {
  unexpected:
    "Something went wrong on our side. Try again; if it stays, tell your administrator the number below",
  contended: "Somebody else was changing the same thing at this moment. Try again",
  unavailable: "The service is busy or starting. Try again in a moment",
});

/** A fault of ours: no detail, the log has it. */
export const unexpected = defineError("request.unexpected", {
  status: 500,
  title: texts.unexpected,
});
export const unavailable = defineError("request.unavailable", {
  status: 503,
  title: texts.unavailable,
  retryAfterSeconds: 5,
});

/** The database has undone a transaction for another one's sake: nothing is wrong with what was asked, nor with us. */
export const contended = defineError("request.contended", {
  status: 503,
  title: texts.contended,
  retryAfterSeconds: 1,
});

// Postgres: a deadlock, a serialization failure, a lock that was waited for too long. They are not tried again here: what a transaction does
// beside its statements (a token drawn, a list filled, a cookie set) would be done twice, and that nobody does such a thing cannot be checked.
const contendedCodes = /^(40P01|40001|55P03)$/;

// Postgres: connection failures (class 08), too many connections, shutting down or starting. The rest is the network's: a container
// that is stopped has no name either.
const unavailableCodes =
  /^(08...|53300|57P0[123]|ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN)$/;
/** What pg and its pool say in words only. */
const unavailableWords =
  /timeout exceeded when trying to connect|Connection terminated|is not queryable/;

/** The refusal that stands for any thrown thing. */
export function toDomainError(error: unknown): DomainError {
  if (error instanceof DomainError) return error;
  if (error instanceof HTTPException && error.status < 500) return malformedInput({}, error);
  const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown };
  if (typeof code === "string" && contendedCodes.test(code)) return contended({}, error);
  if (typeof code === "string" && unavailableCodes.test(code)) return unavailable({}, error);
  if (typeof message === "string" && unavailableWords.test(message)) return unavailable({}, error);
  return unexpected({}, error);
}
