/** All controls of a page: what they are set to, and how a visitor changes each of them with the keyboard. */
import type { Page } from "playwright-core";

/** All but the kind of the point that comes next: what a visitor holds in the hand is no part of what is shown. */
const settable =
  "#main :is(input[type=range], input[type=number], input[type=checkbox], input[type=radio], select)" +
  ':not(fieldset:has(> legend:text-is("Next point")) *)';

/** What every control is set to, in order. */
export async function readAll(page: Page): Promise<string[]> {
  return page.locator(settable).evaluateAll((controls) =>
    controls.map((control) => {
      if (control instanceof HTMLSelectElement) return control.value;
      if (!(control instanceof HTMLInputElement)) return "?";
      return control.type === "radio" || control.type === "checkbox" ? String(control.checked) : control.value;
    }),
  );
}

/** Sets every control to something else, one after the other; setting one may bring others or take them away. */
export async function changeAll(page: Page): Promise<void> {
  const controls = page.locator(settable);
  const changed = new Set<string>();
  for (let index = 0; index < (await controls.count()); index++) {
    const control = controls.nth(index);
    if (!(await control.isVisible()) || !(await control.isEnabled())) continue;
    const { kind, group } = await control.evaluate((element) => ({
      kind: element instanceof HTMLInputElement ? element.type : "select",
      group: element instanceof HTMLInputElement && element.type === "radio" ? element.name : element.id,
    }));
    if (group !== "" && changed.has(group)) continue;
    changed.add(group);
    await changeOne(page, index, kind);
  }
}

async function changeOne(page: Page, index: number, kind: string): Promise<void> {
  const control = page.locator(settable).nth(index);
  await control.focus();
  switch (kind) {
    case "select": {
      const next = await control.evaluate((element) =>
        element instanceof HTMLSelectElement ? (element.selectedIndex + 1) % element.options.length : 0,
      );
      await control.selectOption({ index: next });
      return;
    }
    case "checkbox":
      await page.keyboard.press(" ");
      return;
    case "radio": {
      // Arrow keys go on from the one that is chosen
      const group = page.locator(`${settable}[name="${await control.getAttribute("name")}"]`);
      const chosen = await group.evaluateAll((all) =>
        all.findIndex((each) => each instanceof HTMLInputElement && each.checked),
      );
      await group.nth(Math.max(0, chosen)).focus();
      await page.keyboard.press("ArrowRight");
      return;
    }
    default:
      await page.keyboard.press("ArrowLeft");
      await page.keyboard.press("ArrowLeft");
  }
}
