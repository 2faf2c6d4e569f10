// What people do at the sign-in pages, by the labels they read.
import { generate } from "otplib";
import { expect } from "bun:test";
import type { Page } from "playwright-core";
import { codeIn, linkIn, type Mailbox } from "./mailbox.ts";
import type { Somebody, Stage } from "./stage.ts";

export const password = "quartz-lantern-orbit-maple-42";

/** Called at each page on the way, with the name of the step. */
export type Glance = (step: string) => Promise<void>;
const noGlance: Glance = () => Promise.resolve();

export const press = (page: Page, name: string | RegExp) =>
  page.getByRole("button", { name, exact: true }).click();

/** From the invitation's mail to the start page, or wherever the sign-in leads. */
export async function acceptInvitation(
  page: Page,
  mailbox: Mailbox,
  { email }: Somebody,
  { subject, glance = noGlance }: { subject: string; glance?: Glance },
): Promise<void> {
  await page.goto(linkIn(await mailbox.next(email, subject)));
  await glance("invitation");
  await press(page, "Continue");
  await choosePassword(page, glance);
  await typeMailedCode(page, mailbox, email, glance);
}

/** Chooses the password on the page that asks for a new one. */
export async function choosePassword(page: Page, glance: Glance = noGlance): Promise<void> {
  await page.getByLabel("New password", { exact: true }).fill(password);
  await glance("new-password");
  await press(page, "Save password");
}

export async function typeMailedCode(
  page: Page,
  mailbox: Mailbox,
  email: string,
  glance: Glance = noGlance,
): Promise<void> {
  const code = codeIn(await mailbox.next(email, "Your code for"));
  await page.getByLabel("Code", { exact: true }).fill(code);
  await glance("mailed-code");
  await press(page, "Sign in");
}

/** Address and password, on a page that asks for the address. */
export async function typeAddressAndPassword(
  page: Page,
  somebody: Somebody & { password?: string },
  glance: Glance = noGlance,
): Promise<void> {
  await page.getByLabel("E-mail address").fill(somebody.email);
  await glance("address");
  await press(page, "Continue");
  await page.getByLabel("Password", { exact: true }).fill(somebody.password ?? password);
  await glance("password");
  await press(page, "Sign in");
}

/** Signs in with a mailed code, beginning at a page that asks for the address. */
export async function signIn(
  page: Page,
  { mailbox }: Pick<Stage, "mailbox">,
  somebody: Somebody & { password?: string },
  glance: Glance = noGlance,
): Promise<void> {
  await typeAddressAndPassword(page, somebody, glance);
  await typeMailedCode(page, mailbox, somebody.email, glance);
}

/** The heading of the page that one is on. */
export async function expectHeading(page: Page, name: string | RegExp): Promise<void> {
  const exact = typeof name === "string";
  await page.getByRole("heading", { level: 1, name, exact }).waitFor();
}

export const totp = (secret: string, secondsLater = 0): Promise<string> =>
  generate({ secret, epoch: Math.floor(Date.now() / 1000) + secondsLater });

/** Waits until a page of a peer shows what it made of a response. */
export async function factsOf<T>(page: Page): Promise<T> {
  const text = await page.locator("#facts").textContent();
  expect(text).not.toBeNull();
  return JSON.parse(text ?? "");
}

/** Says yes where the application was not agreed to before. */
export async function agree(page: Page): Promise<void> {
  const question = page.getByRole("heading", { name: "Continue to" });
  await question.or(page.locator("#facts")).waitFor();
  if (await question.isVisible()) await press(page, "Continue");
}
