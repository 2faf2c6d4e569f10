// Mail: does it leave?
import { sendTest } from "#platform/mail/transport.ts";
import { operate } from "../_operate.ts";
import { exitCodes, nounCommand, strictCommand } from "../_strict.ts";

const sendTestCommand = strictCommand({
  meta: {
    name: "send-test",
    description: "Send a test message by the configured backend (exit 1 when it was not taken)",
  },
  args: { to: { type: "string", required: true, description: "the address to send to" } },
  run: ({ args }) =>
    operate("mail send-test", async ({ services }) => {
      const delivery = await sendTest(services.mail, args.to);
      if (delivery.outcome === "accepted")
        return console.log(`sent to ${args.to} by ${services.mail.route}`);
      console.error(`not sent by ${services.mail.route}: ${delivery.reason}`);
      process.exitCode = exitCodes.refused;
    }),
});

export const command = nounCommand("mail", "Outgoing mail", { "send-test": sendTestCommand });
