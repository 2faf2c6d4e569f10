// Which faults are the database's absence, so that people and proxies hear "in a moment" and not "it is broken".
import { expect, test } from "bun:test";
import { toDomainError } from "#platform/http/failures.ts";

const withCode = (code: string) => Object.assign(new Error("said by the driver"), { code });
const codes = ["ECONNREFUSED", "ENOTFOUND", "EPIPE", "57P01", "57P03", "53300", "08006"];
const words = [
  "timeout exceeded when trying to connect",
  "Connection terminated unexpectedly",
  "Client has encountered a connection error and is not queryable",
];

test.each(codes)("the code %s is answered 503", (code) => {
  expect(toDomainError(withCode(code)).spec.status).toBe(503);
});

test.each(words)('"%s" is answered 503', (message) => {
  expect(toDomainError(new Error(message)).spec.status).toBe(503);
});

test("anything else is a fault of ours", () => {
  const others = [withCode("42P01"), withCode("23505"), new Error("cannot read"), null, "text"];
  for (const other of others) expect(toDomainError(other).spec.status).toBe(500);
});
