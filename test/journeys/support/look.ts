// Looking at a page as people with other screens, other tastes and other senses do: pictures, axe, no sideways scrolling.
import { AxeBuilder } from "@axe-core/playwright";
import { expect } from "bun:test";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { isThorough } from "../../support/thorough.ts";
import { type Size, sizes, type Visitor } from "./browser.ts";

const pictures = join(import.meta.dir, "../../../.artifacts/screenshots");
const themes = ["light", "dark"] as const;
const rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];

/**
 * Takes a picture of the page in both widths and themes, asks axe, and fails on anything serious, on a page that is wider than a
 * phone, and on what the pages complained about since.
 */
export async function look(
  { page, javaScript, complaints }: Visitor,
  journey: string,
  step: string,
): Promise<void> {
  const before = page.viewportSize();
  const found: string[] = [];
  for (const size of Object.keys(sizes) as Size[]) {
    await page.setViewportSize(sizes[size]);
    for (const theme of themes) {
      if (!isThorough && !isJudged(size, theme)) continue;
      await page.emulateMedia({ colorScheme: theme });
      await page.evaluate(() => scrollTo(0, 0));
      const { width } = sizes[size];
      const path = join(pictures, journey, `${width}-${theme}-${step}.png`);
      // A dialog belongs to what is on the screen, not to the page's full length.
      const fullPage = (await page.locator("dialog[open]").count()) === 0;
      await page.screenshot({ path, fullPage, animations: "disabled" });
      const faults = [
        ...(await sideways(page)),
        ...(await cut(page)),
        ...(javaScript ? await barriers(page, size, theme) : []),
      ];
      found.push(...faults.map((fault) => `${width} ${theme}: ${fault}`));
    }
  }
  await page.emulateMedia({ colorScheme: "light" });
  if (before) await page.setViewportSize(before);
  expect({ step, found, complaints: complaints.splice(0) }).toEqual({
    step,
    found: [],
    complaints: [],
  });
}

const isJudged = (size: Size, theme: string) => (size === "narrow") === (theme === "dark");

/** What keeps people from using the page, as far as axe can tell: everything on a dark phone, contrast in a light window. */
async function barriers(page: Page, size: Size, theme: string): Promise<string[]> {
  if (!isJudged(size, theme)) return [];
  const isPhone = size === "narrow";
  // Legacy mode: no second page is opened, and there are no frames to look into.
  const axe = new AxeBuilder({ page }).setLegacyMode();
  const asked = isPhone ? axe.withTags(rules) : axe.withRules(["color-contrast"]);
  const { violations } = await asked.analyze();
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 200)).join(" | ")}`);
}

/** WCAG 2.2 §1.4.10: nobody scrolls in two directions. */
async function sideways(page: Page): Promise<string[]> {
  const wider = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
  return wider > 0 ? [`${wider} px wider than the screen`] : [];
}

/** A value that is there to be copied must be readable whole: an address that is cut cannot be compared. */
function cut(page: Page): Promise<string[]> {
  return page.evaluate(() =>
    Array.from(document.querySelectorAll("[data-fit]"))
      .filter(
        ({ scrollWidth, clientWidth, scrollHeight, clientHeight }) =>
          scrollWidth > clientWidth || scrollHeight > clientHeight + 1,
      )
      .map(({ id }) => `the value of #${id} is cut`),
  );
}
