// A person at Chromium: the invitation from the mail, over HTTPS that Caddy got from the ACME server, to the start page.
import { mkdirSync, rmSync } from "node:fs";
import { type Browser, chromium, type Page } from "playwright-core";
import { second } from "../people.ts";
import { check, holds, same } from "../report.ts";
import { must } from "../shell.ts";
import { linkIn, mailTo, provision, weft, type World } from "../world.ts";

const home = "/run/chromium";
const { password } = second;

/** A browser that believes the test's certificate authorities as an operator would make it: by its own store. */
async function launch({ internet }: World): Promise<Browser> {
  const store = `${home}/.pki/nssdb`;
  rmSync(home, { recursive: true, force: true });
  mkdirSync(store, { recursive: true });
  await Bun.write(`${home}/root.pem`, internet.authority);
  await must(
    `certutil -d sql:${store} -N --empty-password
     certutil -d sql:${store} -A -t C,, -n authority -i ${home}/root.pem`,
  );
  return chromium.launch({
    executablePath: "/usr/bin/chromium",
    env: { ...Bun.env, HOME: home },
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}

const press = (page: Page, name: string) => page.getByRole("button", { name, exact: true }).click();

/** From the link in the mail to the start page. */
async function acceptInvitation(world: World, page: Page, email: string): Promise<void> {
  await page.goto(linkIn((await mailTo(world, email)).text));
  await press(page, "Continue");
  // Its strength is judged while it is typed; an answer that comes after the next step would be a complaint.
  const judged = page.waitForResponse((answer) => answer.url().endsWith("/strength"));
  await page.getByLabel("New password", { exact: true }).fill(password);
  await judged;
  const since = world.internet.mails.length;
  await press(page, "Save password");
  const mail = await mailTo(world, email, since);
  await page.getByLabel("Code", { exact: true }).fill(/^ *(\d{8})$/m.exec(mail.text)?.[1] ?? "");
  await press(page, "Sign in");
  await page.waitForURL((url) => url.pathname === "/");
}

/** Two people of two tenants, each in a browser of their own. */
export async function browsers(world: World): Promise<void> {
  let browser: Browser | undefined;
  await check("a browser that trusts the authority opens a tenant by HTTPS", [28, 76], async () => {
    browser = await launch(world);
    const page = await browser.newPage();
    const answer = await page.goto("https://acme.id.example.com/sign-in");
    const certificate = await answer?.securityDetails();
    same(answer?.status(), 200);
    holds(certificate?.issuer ?? "", "Pebble");
    const refused = await page.goto("https://nope.id.example.com/").then(() => "opened", String);
    holds(refused, /ERR_SSL|ERR_CERT|ERR_CONNECTION/);
    await page.close();
  });

  const people = [
    { tenant: "acme", name: "Acme Corp", email: second.email, first: second.firstName },
    { tenant: "initech", name: "Initech", email: "bill@initech.example", first: "Bill" },
  ];
  for (const { tenant, name, email, first } of people) {
    await check(
      `${first} of ${name}: invitation, password, mailed code, start page`,
      [5, 25, 36, 39, 40],
      async () => {
        if (!browser) throw new Error("there is no browser");
        same((await provision({ subdomain: tenant, email, name, first })).code, 0);
        const context = await browser.newContext({ locale: "en-GB" });
        const page = await context.newPage();
        const problems: string[] = [];
        page.on("console", (message) => {
          if (message.type() === "error") problems.push(message.text());
        });
        page.on("pageerror", ({ message }) => problems.push(message));
        await acceptInvitation(world, page, email);
        holds((await page.textContent("body")) ?? "", first);
        same(new URL(page.url()).host, `${tenant}.id.example.com`);
        const loose = (await context.cookies()).filter(
          ({ name, secure, httpOnly, domain }) =>
            !name.startsWith("__Host-") ||
            !secure ||
            !httpOnly ||
            domain !== `${tenant}.id.example.com`,
        );
        same(loose, [], "cookies that others could read or set");
        const elsewhere = tenant === "acme" ? "initech" : "acme";
        if ((await weft(`tenant show ${elsewhere}`)).code === 0) {
          await page.goto(`https://${elsewhere}.id.example.com/`);
          same(new URL(page.url()).pathname, "/sign-in", `at ${elsewhere}`);
        }
        same(problems, [], "complaints of the browser");
        await context.close();
      },
    );
  }
  await browser?.close();
}
