// Reading what a component wrote: elements by CSS selector, as attributes and text.
import type { HtmlEscapedString } from "hono/utils/html";

export interface FoundElement {
  readonly tag: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly text: string;
}

/** The HTML of a component. */
export async function htmlOf(
  element: HtmlEscapedString | Promise<HtmlEscapedString>,
): Promise<string> {
  return (await element).toString();
}

/** Every element that matches, in order. Text is as written, entities included. */
export async function elementsOf(html: string, selector: string): Promise<readonly FoundElement[]> {
  const found: { tag: string; attributes: Record<string, string>; text: string }[] = [];
  const rewriter = new HTMLRewriter().on(selector, {
    element(element) {
      found.push({
        tag: element.tagName,
        attributes: Object.fromEntries(element.attributes),
        text: "",
      });
    },
    text(chunk) {
      const last = found.at(-1);
      if (last) last.text += chunk.text;
    },
  });
  await rewriter.transform(new Response(html)).text();
  return found;
}

/** The only element that matches. */
export async function elementOf(html: string, selector: string): Promise<FoundElement> {
  const found = await elementsOf(html, selector);
  if (found.length !== 1)
    throw new Error(`expected one ${selector}, found ${found.length} in ${html}`);
  return found[0]!;
}
