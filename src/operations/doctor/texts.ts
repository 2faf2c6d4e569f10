// What the doctor says: one sentence about each thing it found.
import { defineTexts } from "#platform/texts.ts";

const list = (items: readonly string[]) => items.join(", ");
const few = (items: readonly string[]) =>
  items.length <= 5 ? list(items) : `${list(items.slice(0, 5))} and ${items.length - 5} more`;

const daysAgo = (days: number) =>
  days === 0 ? "today" : days === 1 ? "yesterday" : `${days} days ago`;

export const texts = defineTexts("doctor", {
  product: "WeftID",
  title: "Doctor",
  well: "What is well",
  repair: "Repair",
  lead: (version: string) =>
    `WeftID ${version}: what is well with this installation and what is not`,
  allWell: "Nothing failed",
  failed: (count: number) => (count === 1 ? "One check failed" : `${count} checks failed`),
  warned: (count: number) => (count === 1 ? "one warning" : `${count} warnings`),
  askedAt: "Asked at",
  stateOk: "ok",
  stateWarn: "warn",
  stateFail: "fail",
  stateSkipped: "skipped",
  wrongHost:
    "Ask by an IP address, by localhost or by a name without dots: this page is not for the names of the internet",

  tookTooLong: (seconds: number) => `The check gave no answer within ${seconds} s`,
  again: "docker compose exec app weft doctor",
  logs: (service: string) => `docker compose logs --tail 50 ${service}`,
  checkFailed: (reason: string) => `The check itself failed: ${reason}`,
  settingsWrong: (names: readonly string[]) =>
    `Not asked, since ${list(names)} ${names.length === 1 ? "is" : "are"} wrong`,
  databaseAway: "Not asked, since the database does not answer",
  storageWorks: (place: string) => `A file was written, read and removed in ${place}`,
  notPublic: (domain: string) =>
    `${domain} is an installation for development: public DNS, TLS and proxy are not looked at`,
  noAddress: "Not asked, since the base domain has no address",
  noAnswer: "no answer in time",

  setting: (name: string, problem: string) => `${name} ${problem}`,
  settingsRight: "Every setting is understood",
  bypassOtp: "BYPASS_OTP is on: codes of the second step are not checked",

  databaseAnswers: (version: string) => `PostgreSQL ${version} answers`,
  databaseTooOld: (version: string) => `PostgreSQL ${version} is too old: 18 is needed`,
  databasePassword: (user: string) =>
    `The database does not let ${user} in: the password is another one`,
  databaseAbsent: (name: string) => `The server has no database ${name}`,
  databaseFull: "The server takes no more connections",
  databaseForbidden: (user: string, name: string) =>
    `${user} may not connect to the database ${name}`,
  databaseUnreached: (server: string, reason: string) =>
    `The database at ${server} does not answer: ${reason}`,

  schemaCurrent: "The database is at the schema of this version",

  rolesRight: "Roles, memberships, owners and grants are as they were made",
  loginUnbound: (login: string) => `The login ${login} is not bound by row-level security`,
  roleMissing: (role: string) => `The role ${role} is missing`,
  roleAttributes: (role: string, wrong: readonly string[]) =>
    `The role ${role} has what it must not have: ${list(wrong)}`,
  membershipWrong: (role: string) =>
    `appuser has to be able to become ${role}, for one transaction, and to have nothing of it otherwise`,
  membershipExtra: (role: string, member: string) =>
    `${member} is a member of ${role}, and must not be`,
  ownerWrong: (names: readonly string[], owner: string) =>
    `${few(names)} ${names.length === 1 ? "belongs" : "belong"} to ${owner} instead of app_owner`,
  rightExtra: (grantee: string, rights: string, table: string) =>
    `${grantee} may ${rights} on ${table}, and must not`,
  databaseOpen: "Every role of the server may use this database",
  databaseZone: "The time zone of the database is not set to UTC",
  searchPath: "The search path of appuser is not set",

  isolated: (tables: number) => `Each tenant sees only its own rows in all ${tables} tables`,
  rlsOff: (table: string) => `Row-level security is off for ${table}`,
  rlsUnforced: (table: string) => `Row-level security does not bind the owner of ${table}`,
  policyMissing: (table: string) => `${table} has no policy for tenants`,
  policyWrong: (table: string, policy: string) =>
    `The policy ${policy} of ${table} is not the one it was made with`,
  seenWithoutTenant: (table: string) => `Rows of ${table} are visible where no tenant is set`,
  seenAcross: (viewer: string, other: string, table: string) =>
    `${viewer} sees rows of ${other} in ${table}`,
  trialSeen: "A tenant that was made for a trial saw or changed another one's group",
  trialFailed: "The trial with two tenants could not be carried out",

  clocksAgree: "This machine and the database agree about the time",
  clockAhead: (seconds: number) =>
    `The clock of this machine is ${seconds} s ahead of that of the database`,
  clockBehind: (seconds: number) =>
    `The clock of this machine is ${seconds} s behind that of the database`,

  pools: (processes: number, poolSize: number) =>
    `${processes} processes with up to ${poolSize} connections each`,
  connectionsFit: (pools: string, needed: number, most: number) =>
    `${pools} need ${needed} of ${most}`,
  connectionsTooMany: (pools: string, needed: number, most: number) =>
    `${pools} would need ${needed}, and there are ${most}`,
  connectionsCrowded: (used: number, most: number) => `${used} of ${most} connections are in use`,
  connectionsUsedUp: (used: number, most: number) =>
    `All connections are in use: ${used} of ${most}`,

  noBackup: "No backup was ever made with weft backup",
  backupOld: (days: number) => `The last backup was made ${daysAgo(days)}`,
  noDrill: "The restore of a backup was never rehearsed",
  drillRed: (days: number) => `The last restore drill was red, ${daysAgo(days)}`,
  drillOld: (days: number) => `The restore of a backup was last rehearsed ${daysAgo(days)}`,
  backupsFine: (days: number) =>
    `The last backup was made ${daysAgo(days)}, and the last drill was green`,
  workersFine: (count: number) =>
    count === 1
      ? "One worker works, and no job is dead"
      : `${count} workers work, and no job is dead`,
  noWorker: "No worker has given a sign of life within a minute: mail and schedules wait",
  jobsLate: (minutes: number) => `A job that is due has been waiting for ${minutes} minutes`,
  deadJobs: (count: number, names: readonly string[]) =>
    count === 1
      ? `One job is out of tries: ${list(names)}`
      : `${count} jobs are out of tries: ${list(names)}`,
  schedulesFailed: (names: readonly string[]) => `The last run failed of ${few(names)}`,

  cacheUnset: "No memcached is set (MEMCACHED_HOST), and none is needed",
  cacheWorks: (server: string) => `${server} keeps what it is given`,
  cacheAway: (server: string) =>
    `${server} does not answer: everything works without it, with more work for the database`,

  mailReady: (route: string) => `${route} would take mail`,
  mailRefused: (route: string, problem: string) => `${route} would not take mail: ${problem}`,
  mailSent: (to: string) => `A test message to ${to} was accepted`,
  mailNotSent: (to: string, problem: string) =>
    `A test message to ${to} was not accepted: ${problem}`,

  dnsRight: (domain: string, addresses: readonly string[]) =>
    `${domain} and every name below it lead to ${list(addresses)}`,
  dnsSilent: (domain: string, reason: string) =>
    `The name servers say nothing about ${domain}: ${reason}`,
  dnsNoBase: (domain: string) => `${domain} has no address`,
  dnsNoWildcard: (wildcard: string) => `${wildcard} has no address: tenants cannot be reached`,
  dnsLacking: (wildcard: string, address: string) =>
    `${wildcard} does not lead to ${address}, where the base domain leads`,
  dnsForeign: (wildcard: string, address: string) =>
    `${wildcard} leads to ${address}, where the base domain does not lead`,
  dnsPrivate: (domain: string, addresses: readonly string[]) =>
    `${domain} leads to ${list(addresses)}, which only your own network can reach`,

  seeCertificate: (host: string) =>
    `Not asked, since the certificate of ${host} is not to be trusted`,
  siteUnreached: (host: string, address: string, problem: string) =>
    `${host} cannot be reached from here at ${address}: ${problem}`,
  certificateGood: (host: string, issuer: string, days: number) =>
    `${host}: by ${issuer}, ${days} days left`,
  certificateLate: (host: string, days: number) =>
    `${host}: ${days} days left, and it should have been renewed by now`,
  certificateExpired: (host: string, days: number) =>
    `${host}: the certificate ran out ${days} days ago`,
  certificateName: (host: string, names: readonly string[]) =>
    `${host}: the certificate is for ${names.length > 0 ? few(names) : "no name at all"}`,
  certificateUntrusted: (host: string, issuer: string, code: string) =>
    `${host}: the certificate by ${issuer || "an unknown authority"} is not trusted here (${code})`,

  proxyHonest: (proxy: string, client: string) =>
    `The proxy ${proxy} names the caller (${client}) and the host`,
  probeLost: (host: string, status: number) =>
    `${host} answers ${status}, but not as this installation: another server, another SECRET_KEY or an older version`,
  proxyHost: (wanted: string, seen: string) =>
    `The proxy turns the host ${wanted} into ${seen || "nothing"}`,
  proxySilent: (proxy: string) =>
    `The proxy ${proxy} does not send X-Forwarded-For: everybody seems to call from there`,
  proxyUntrusted: (proxy: string) =>
    `What the proxy ${proxy} says about callers is not believed: it is not in TRUSTED_PROXIES`,
  proxyForged:
    "The proxy passes on the X-Forwarded-For of callers: anybody can choose the address they seem to call from",
  proxyAppends:
    "The proxy passes on the X-Forwarded-For of callers: those in trusted networks can choose the address they seem to call from",
  proxyScheme: (scheme: string) => `The proxy says that callers come by ${scheme}`,

  hostsRight: "Other hosts and the internal pages are 404, cookies are whole",
  hostsRightNoTenant:
    "Other hosts and the internal pages are 404; cookies are looked at once there is a tenant",
  foreignHost: (host: string, status: number) =>
    `A request for the host ${host} gets ${status} instead of 404`,
  internalOpen: (path: string, status: number) => `${path} can be reached from outside (${status})`,
  cookieLost: (host: string, status: number) =>
    `The sign-in page of ${host} answers ${status} and sets no cookie`,
  cookieChanged:
    "The proxy changes cookies: each needs its __Host- name, Secure, Path=/ and no Domain",
  noHsts: "The proxy takes away Strict-Transport-Security",

  breachesOff: "New passwords are held against no list of breached ones: BREACH_CHECK is off",
  breachesAnswer: (host: string) => `New passwords are held against the list of ${host}`,
  breachesSilent: (host: string) =>
    `${host} does not answer: new passwords are accepted without a look at breaches`,
  breachesOffline: "BREACH_CHECK=offline, with a list imported by weft passwords import-breaches",
  noFilter: (path: string) =>
    `BREACH_CHECK is offline, and there is no list at ${path}: new passwords are held against nothing`,
  filterInUse: (entries: number, day: string) =>
    `New passwords are held against ${entries.toLocaleString("en")} breached ones on this machine, imported on ${day}`,
  filterOld: (says: string, days: number) => `${says}: ${days} days ago`,
  filterUnusable: (path: string, why: string) =>
    `The list of breached passwords at ${path} cannot be used: ${why}`,

  space: (path: string, free: string, total: string) => `${free} of ${total} are free at ${path}`,
});
