export { faceOf } from "./queries.ts";
export { createMailLogos } from "./mail-logo.ts";
