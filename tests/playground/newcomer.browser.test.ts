/** What a newcomer does on each page, at both sizes: the one thing that the page is there for, and what comes of it. */
import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { lessons } from "../../src/studio/playground/shell/lessons.ts";
import { sizes, type Visitor } from "./visitor.ts";
import { chromium, World } from "./world.ts";

const world = World.create();

/** By lesson; every lesson has one. */
const journeys: Readonly<Record<string, (visitor: Visitor) => Promise<void>>> = {
  async line({ page }) {
    const before = await count(page, ".mistakes b");
    const handle = page.locator(".handle").first();
    await dragTo(page, handle, { right: -40, down: 60 });
    expect(await equation(page)).not.toBe("");
    const dragged = await equation(page);
    await handle.focus();
    await page.keyboard.press("Shift+ArrowLeft");
    await expect.poll(() => equation(page)).not.toBe(dragged);
    await playUntil(page, async () => (await count(page, ".mistakes b")) < before / 2);
  },
  async sigmoid({ page }) {
    const before = await count(page, ".mistakes b");
    await choose(page, "Quick");
    await playUntil(page, async () => (await count(page, ".mistakes b")) < before / 2);
  },
  async layers({ page }) {
    await choose(page, "Quick");
    await playUntil(page, async () => (await count(page, ".mistakes b")) < 20);
    const text = await page.locator("#main table, #main dl").first().textContent();
    await page.keyboard.press("s");
    await expect.poll(() => page.locator("#main table, #main dl").first().textContent()).not.toBe(text);
  },
  async anyFunction({ page }) {
    const furthest = () => count(page, "#main p b");
    const before = await furthest();
    await choose(page, "Full speed");
    await playUntil(page, async () => (await furthest()) < before / 3);
    await choose(page, "Build it by hand");
    await page.getByRole("heading", { level: 2 }).first().waitFor();
    await choose(page, "Fold it");
    await page.getByRole("heading", { level: 2 }).first().waitFor();
  },
  async moreData({ page }) {
    const text = () => page.locator("#main").textContent();
    const before = await text();
    await choose(page, "Full speed");
    await playUntil(page, async () => (await text()) !== before && (await stepOf(page)) > 100);
  },
  async seeing({ page }) {
    await page.getByRole("button", { name: "Clear", exact: true }).click();
    const pad = page.locator(".pad-surface");
    await pad.scrollIntoViewIfNeeded();
    const box = await pad.boundingBox();
    if (box === null) return expect.fail("no paper");
    await page.mouse.move(box.x + 0.5 * box.width, box.y + 0.15 * box.height);
    await page.mouse.down();
    await page.mouse.move(box.x + 0.5 * box.width, box.y + 0.85 * box.height, { steps: 8 });
    await page.mouse.up();
    await choose(page, "Full speed");
    // Until the likeliest answer is sure of itself
    await playUntil(page, async () => Math.max(...(await numbersOf(page, "#main ol, #main ul, #main table"))) > 50);
  },
  async careful({ page }) {
    await page.getByRole("button", { name: "The sabre-tooth" }).click();
    await expect.poll(() => page.locator("[aria-labelledby=why]").textContent()).toMatch(/withheld/i);
  },
};

describe.runIf(chromium !== undefined).each(lessons)("$id", ({ id }) => {
  test.for(Object.entries(sizes))("does what it is there for on a %s", async ([, size]) => {
    await world.with(size, async (visitor) => {
      await visitor.open(world.site, `#/${id}`);
      const journey = journeys[id];
      if (journey === undefined) return expect.fail(`no newcomer has visited ${id}: give it a journey`);
      await journey(visitor);
      expect(visitor.problems).toEqual([]);
    });
  });
});

/** By clicking what is seen of a radio button. */
async function choose(page: Page, label: string): Promise<void> {
  const radio = page.locator("#main label").filter({ has: page.getByRole("radio", { name: label, exact: true }) });
  await radio.click({ position: { x: 10, y: 10 } });
  expect(await page.getByRole("radio", { name: label, exact: true }).isChecked()).toBe(true);
}

async function equation(page: Page): Promise<string> {
  return (await page.locator("#main .equation").last().textContent()) ?? "";
}

/** The first number in the first element that matches. */
async function count(page: Page, selector: string): Promise<number> {
  const text = (await page.locator(selector).first().textContent()) ?? "";
  return Number(/[\d.]+/.exec(text)?.[0] ?? Number.NaN);
}

async function numbersOf(page: Page, selector: string): Promise<number[]> {
  const texts = await page.locator(selector).allTextContents();
  return texts.flatMap((text) => [...text.matchAll(/(\d+) %/g)].map(([, digits]) => Number(digits)));
}

async function stepOf(page: Page): Promise<number> {
  return Number((await page.locator(".count").first().textContent())?.replace(/\D/g, "") || Number.NaN);
}

async function playUntil(page: Page, isReached: () => Promise<boolean>): Promise<void> {
  await page.getByRole("button", { name: "Play", exact: true }).first().click();
  await expect.poll(isReached, { interval: 100 }).toBe(true);
  await page.getByRole("button", { name: "Pause", exact: true }).first().click();
}

async function dragTo(
  page: Page,
  handle: ReturnType<Page["locator"]>,
  by: { right: number; down: number },
): Promise<void> {
  await handle.scrollIntoViewIfNeeded();
  const box = await handle.boundingBox();
  if (box === null) return expect.fail("the handle is not to be seen");
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  await page.mouse.move(x, y);
  await page.mouse.down();
  await page.mouse.move(x + by.right, y + by.down, { steps: 5 });
  await page.mouse.up();
}
