// Does mail leave, and will receivers believe it? A test message, then the DNS records of the sender's domain.
import { systemClock } from "#platform/clock.ts";
import { createDnsClient } from "#platform/dns/client.ts";
import { createLogger } from "#platform/log.ts";
import type { Delivery } from "#platform/mail/message.ts";
import { createMailTransport, sendTest } from "#platform/mail/transport.ts";
import { createOutbound } from "#platform/outbound/fetch.ts";
import { type Config, loadConfig } from "#src/config.ts";
import {
  checkMailDns,
  type DnsFinding,
  isPublicName,
  texts,
} from "#src/operations/verify-email/index.ts";
import { environment } from "../_operate.ts";
import { exitCodes, strictCommand } from "../_strict.ts";

export const command = strictCommand({
  meta: {
    name: "verify-email",
    description:
      "Send a test message and check SPF, DKIM, DMARC and MX of the sender's domain (exit 0 when the message was accepted, 1 when not, 2 wrong usage, 78 wrong settings; what the DNS says changes nothing about it)",
  },
  args: {
    to: { type: "string", description: "the address to send to; needed unless --dns-only" },
    selector: {
      type: "string",
      description:
        "DKIM selectors to look for, separated by commas; by default those of SendGrid or Resend",
    },
    "dns-only": {
      type: "boolean",
      description: "send nothing (exit 0 unless no name server answers)",
    },
    json: { type: "boolean", description: "print JSON" },
  },
  async run({ args }) {
    const isDnsOnly = args["dns-only"] ?? false;
    const selectors = (args.selector ?? "").split(",").filter(Boolean);
    const problems = usageProblems({ to: args.to, isDnsOnly, selectors });
    if (problems.length > 0) {
      for (const problem of problems) console.error(problem);
      console.error("Try --help.");
      process.exitCode = exitCodes.usage;
      return;
    }
    const config = loadConfig("operator", await environment());
    const report = await verify(config, isDnsOnly ? null : (args.to ?? ""), selectors);
    if (args.json) console.log(JSON.stringify(report, null, 2));
    else print(report);
    process.exitCode = report.ok ? exitCodes.done : exitCodes.refused;
  },
});

interface Asked {
  readonly to: string | undefined;
  readonly isDnsOnly: boolean;
  readonly selectors: readonly string[];
}

function usageProblems({ to, isDnsOnly, selectors }: Asked): string[] {
  const wrong = selectors.filter(
    (selector) => !/^[a-z0-9_]([a-z0-9_.-]*[a-z0-9_])?$/i.test(selector),
  );
  return [
    ...(to === undefined && !isDnsOnly ? ["option --to is missing"] : []),
    ...(to !== undefined && isDnsOnly ? ["--dns-only sends nothing: leave out --to"] : []),
    ...wrong.map((selector) => `"${selector}" is not a selector`),
  ];
}

interface Report {
  /** What the exit code says. */
  readonly ok: boolean;
  readonly from: string;
  readonly domain: string;
  readonly route: string;
  readonly to: string | null;
  /** Null with --dns-only. */
  readonly delivery: Delivery | null;
  /** Null where the domain is not one of the public DNS. */
  readonly findings: readonly DnsFinding[] | null;
}

/** Sends first, as the system does, and looks names up afterwards; `to` null: sends nothing. */
async function verify(
  config: Config,
  to: string | null,
  selectors: readonly string[],
): Promise<Report> {
  // What fails is told by the report: the log would only be in the way of it.
  const log = createLogger({ level: "silent" });
  const outbound = createOutbound({ allowPrivate: config.dev.isDev, log });
  const transport = createMailTransport(config.mail, outbound, systemClock);
  const { from, backend } = config.mail;
  const domain = from.slice(from.lastIndexOf("@") + 1);
  const delivery = to === null ? null : await sendTest(transport, to);
  const dns = createDnsClient(config.dns);
  const findings = isPublicName(domain)
    ? await checkMailDns(dns, { domain, backend, selectors })
    : null;
  const ok = delivery
    ? delivery.outcome === "accepted"
    : findings === null || wasAnswered(findings);
  return { ok, from, domain, route: transport.route, to, delivery, findings };
}

/** Whether any name server said anything. Without a selector, nothing was asked for DKIM. */
const wasAnswered = (findings: readonly DnsFinding[]): boolean =>
  findings.some(({ record, state }) => record !== "DKIM" && state !== "timeout");

function print({ from, to, route, domain, delivery, findings, ok }: Report): void {
  if (delivery?.outcome === "accepted") console.log(`sent to ${to} from ${from} by ${route}`);
  else if (delivery) console.error(`not sent by ${route}: ${delivery.reason}`);
  if (!findings) return console.log(texts.notPublic(domain));
  for (const { record, state, name, says, published, fix } of findings) {
    console.log(`${state.padEnd(8)} ${record.padEnd(6)} ${name}: ${says}`);
    for (const text of published) console.log(`                is:  ${text}`);
    if (fix) console.log(`                fix: ${fix}`);
  }
  if (!delivery && !ok) console.error(texts.lookupsImpossible);
}
