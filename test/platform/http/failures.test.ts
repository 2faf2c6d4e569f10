// Which faults are the database's absence, so that people and proxies hear "in a moment" and not "it is broken".
import { expect, test } from "bun:test";
import { toDomainError } from "#platform/http/failures.ts";

const withCode = (code: string) => Object.assign(new Error("said by the driver"), { code });

test.each([
  withCode("ECONNREFUSED"),
  withCode("ENOTFOUND"),
  withCode("EPIPE"),
  withCode("57P01"),
  withCode("57P03"),
  withCode("53300"),
  withCode("08006"),
  new Error("timeout exceeded when trying to connect"),
  new Error("Connection terminated unexpectedly"),
  new Error("Client has encountered a connection error and is not queryable"),
])("%p is answered 503", (error) => {
  expect(toDomainError(error).spec.status).toBe(503);
});

test.each([
  withCode("42P01"),
  withCode("23505"),
  new Error("cannot read properties"),
  null,
  "text",
])("%p is a fault of ours", (error) => {
  expect(toDomainError(error).spec.status).toBe(500);
});
