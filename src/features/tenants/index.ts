export { createTenant, findTenant, listTenants, setTenantState } from "./queries.ts";
export { type Tenant, TenantName, subdomainProblem } from "./schema.ts";
export {
  createTenantFinder,
  forgetSite,
  type HostKind,
  readHost,
  siteOf,
  siteOrigin,
} from "./host.ts";
export { postOfTenant } from "./post.ts";
export { tenantCreated, tenantResumed, tenantSuspended } from "./events.ts";
export { tenantNotFound } from "./errors.ts";
