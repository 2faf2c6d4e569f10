// What the outside must not get: other hosts, the internal pages, cookies that a neighbour could plant.
import { askOwnSite, type SiteAnswer } from "#platform/outbound/own-site.ts";
import { type Check, fail, type Finding, ok, skipped, warn } from "../check.ts";
import { notPublic, type SiteTarget, siteTargets, unreachable } from "../site.ts";
import { texts } from "../texts.ts";

const caddyfile =
  "curl -fsSL https://raw.githubusercontent.com/pageloom/weft-id/main/deploy/Caddyfile -o Caddyfile && docker compose up -d --no-deps --force-recreate caddy";
/** RFC 2606: nobody's. */
const foreignHost = "doctor.invalid";
const internalPaths = ["/internal/tls-check", "/internal/doctor", "/metrics"];
const noticeCookie = "__Host-notice";

export const hosts: Check = {
  name: "hosts",
  title: "Hosts and cookies",
  settings: ["BASE_DOMAIN", "DNS_SERVERS", "PUBLIC_"],
  async run(context, signal) {
    const local = notPublic(context.services.config);
    if (local) return local;
    const targets = await siteTargets(context, signal);
    const target = targets.at(-1);
    if (!target) return skipped(texts.noAddress);
    const first = await askOwnSite({ ...target, path: "/sign-in", host: foreignHost });
    if ("problem" in first) return unreachable(target, first);
    const findings = [
      ...foreign(first),
      ...(await internals(target)),
      ...(target.tenant === null ? [] : await cookies(target)),
    ];
    if (findings.length > 0) return findings;
    return ok(target.tenant === null ? texts.hostsRightNoTenant : texts.hostsRight);
  },
};

/** A host that is not ours gets nothing, or our links could be made to lead to it. */
const foreign = ({ status }: SiteAnswer): Finding[] =>
  status === 404 || status === 421 || status === 403
    ? []
    : [fail(texts.foreignHost(foreignHost, status), caddyfile)];

async function internals(target: SiteTarget): Promise<Finding[]> {
  const answers = await Promise.all(
    internalPaths.map(async (path) => ({ path, answer: await askOwnSite({ ...target, path }) })),
  );
  return answers.flatMap(({ path, answer }) =>
    "problem" in answer || answer.status === 404
      ? []
      : [fail(texts.internalOpen(path, answer.status), caddyfile)],
  );
}

/** The page takes away a notice that it was given: its answer sets a cookie without anything having happened. */
async function cookies(target: SiteTarget): Promise<Finding[]> {
  const headers = { cookie: `${noticeCookie}=${Buffer.from("-").toString("base64url")}` };
  const answer = await askOwnSite({ ...target, path: "/sign-in", headers });
  if ("problem" in answer) return [unreachable(target, answer)];
  const findings: Finding[] = [];
  const cookie = answer.headers.getSetCookie().find((text) => text.includes("notice="));
  if (!cookie) findings.push(fail(texts.cookieLost(target.host, answer.status), caddyfile));
  else {
    const isWhole =
      cookie.startsWith(`${noticeCookie}=`) &&
      /;\s*secure/i.test(cookie) &&
      /;\s*path=\/(;|$)/i.test(cookie) &&
      !/;\s*domain=/i.test(cookie);
    if (!isWhole) findings.push(fail(texts.cookieChanged, caddyfile));
  }
  if (!answer.headers.has("strict-transport-security"))
    findings.push(warn(texts.noHsts, caddyfile));
  return findings;
}
