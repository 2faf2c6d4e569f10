export {
  consumeLink,
  dropLinks,
  dropPending,
  type IssuedLink,
  issueLink,
  mailboxConfirmed,
} from "./actions.ts";
export { type FoundLink, findLink, type PresentedLink } from "./queries.ts";
export { LinkParams, linkPath, type LinkPurpose, linkSeconds } from "./schema.ts";
