/** A walk through a page with the Tab key: what it never reaches, and where the focus cannot be seen. */
import type { Page } from "playwright-core";

/** Descriptions of controls. */
export interface Walk {
  readonly unreached: readonly string[];
  readonly unseen: readonly string[];
}

const mostSteps = 250;

/** Presses Tab until the focus has gone around. */
export async function walkThrough(page: Page): Promise<Walk> {
  await page.evaluate(() => {
    document.body.tabIndex = -1;
    document.body.focus();
    document.body.removeAttribute("tabindex");
  });
  const unseen: string[] = [];
  for (let step = 0; step < mostSteps; step++) {
    await page.keyboard.press("Tab");
    const focus = await page.evaluate(() => {
      const element = document.activeElement;
      if (element === null || element === document.body || element.hasAttribute("data-walked")) return undefined;
      element.setAttribute("data-walked", "");
      // The mark may be drawn by what stands for the control: its label, or what lies beside or in it
      const around = [element, element.parentElement, element.nextElementSibling, ...element.children];
      const isSeen = around.some((each) => {
        if (each === null) return false;
        const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(each);
        return (outlineStyle !== "none" && Number.parseFloat(outlineWidth) >= 2) || boxShadow !== "none";
      });
      return { isSeen, text: `${element.tagName} "${element.getAttribute("aria-label") ?? element.textContent}"` };
    });
    if (focus === undefined) break;
    if (!focus.isSeen) unseen.push(focus.text);
  }
  const unreached = await page.evaluate(() =>
    [...document.querySelectorAll("a[href], button, select, input, textarea, summary, [tabindex='0']")]
      .filter((element) => element.checkVisibility({ visibilityProperty: true }) && !element.matches(":disabled"))
      .filter((element) => !(element instanceof HTMLElement && element.tabIndex < 0))
      .filter((element) => {
        // Of a group of radio buttons Tab reaches one
        const name = element instanceof HTMLInputElement && element.type === "radio" ? element.name : "";
        const group = name === "" ? [element] : [...document.querySelectorAll(`input[name="${name}"]`)];
        return !group.some((each) => each.hasAttribute("data-walked"));
      })
      .map((element) => `${element.tagName} "${element.getAttribute("aria-label") ?? element.textContent}"`),
  );
  return { unreached, unseen };
}
