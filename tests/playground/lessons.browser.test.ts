/** Every page of the playground, as a newcomer finds it: whole, readable and as pictured, at two sizes and in both themes. */
import { describe, expect, test } from "vitest";
import { lessons } from "../../src/studio/playground/shell/lessons.ts";
import { Darkroom, judgePicture } from "./darkroom.ts";
import { canPlay, waitForStep } from "./playing.ts";
import { sizes, type Visitor } from "./visitor.ts";
import { chromium, World } from "./world.ts";

const world = World.create();

describe.runIf(chromium !== undefined).each(lessons)("$id", ({ id, title, idea }) => {
  test.for(Object.entries(sizes))("is whole on a %s", async ([name, size]) => {
    await world.with(size, async (visitor) => {
      const { page } = visitor;
      await visitor.open(world.site, `#/${id}`);
      expect(await page.textContent("#main h1")).toBe(title);
      expect(await page.textContent("#main .idea")).toBe(idea);
      expect(await page.title()).toContain(title);
      expect.soft(await findWide(visitor), "goes beyond the screen").toEqual([]);
      expect.soft(await findSmall(visitor), "too small to touch").toEqual([]);
      expect.soft(await findMute(visitor), "figures without a text").toEqual([]);
      if (await canPlay(visitor)) await play(visitor);
      expect.soft(await visitor.findBarriers(), "barriers").toEqual([]);
      const darkroom = await Darkroom.open(world.browser);
      expect.soft(await judgePicture(darkroom, page, `${id}-${name}`)).toBeUndefined();
      expect(visitor.problems).toEqual([]);
    });
  });

  test("is whole in the dark", async () => {
    await world.with({ ...sizes.laptop, theme: "dark" }, async (visitor) => {
      await visitor.open(world.site, `#/${id}`);
      expect.soft(await visitor.findBarriers(), "barriers").toEqual([]);
      const darkroom = await Darkroom.open(world.browser);
      expect(await judgePicture(darkroom, visitor.page, `${id}-dark`)).toBeUndefined();
    });
  });
});

/** Plays, pauses, begins again, and takes three steps from there: every visitor sees the same then. */
async function play(visitor: Visitor): Promise<void> {
  const { page } = visitor;
  const button = (name: string) => page.getByRole("button", { name, exact: true }).first();
  await button("Play").click();
  await waitForStep(visitor, (step) => step > 2);
  await button("Pause").click();
  await visitor.draw();
  await button("Reset").click();
  await waitForStep(visitor, (step) => step === 0);
  for (let step = 1; step <= 3; step++) {
    await button("Step").click();
    await waitForStep(visitor, (reached) => reached === step);
  }
  await visitor.settle();
}

/** What is wider than the screen, innermost first. */
async function findWide({ page }: Visitor): Promise<string[]> {
  return page.evaluate(() => {
    const width = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth <= width) return [];
    return [...document.querySelectorAll("body *")]
      .filter((element) => element.getBoundingClientRect().right > width + 1 && element.children.length === 0)
      .map(
        (element) =>
          `${element.tagName} "${element.textContent?.slice(0, 40)}" ends at ${element.getBoundingClientRect().right}`,
      );
  });
}

/** Controls that a finger would miss: less than 44 points high or wide. */
async function findSmall({ page }: Visitor): Promise<string[]> {
  return page.evaluate(() => {
    const controls =
      "button, select, summary, nav a, input[type=range], label:has(input[type=radio], input[type=checkbox])";
    return [...document.querySelectorAll(controls)]
      .filter((control) => control.checkVisibility({ visibilityProperty: true }) && !control.classList.contains("skip"))
      .map((control) => ({ control, box: control.getBoundingClientRect() }))
      .filter(({ box }) => box.width > 0 && Math.min(box.width, box.height) < 43.5)
      .map(({ control, box }) => `${control.tagName} "${control.textContent}" ${box.width} × ${box.height}`);
  });
}

/** Figures that say nothing to those who do not see them. */
async function findMute({ page }: Visitor): Promise<string[]> {
  return page.evaluate(() => {
    const problems: string[] = [];
    for (const figure of document.querySelectorAll("#main :is(canvas, svg)")) {
      const isHidden = figure.closest("[aria-hidden=true]") !== null;
      // What a control shows, or what a control lies upon, is named by the control
      const control = figure.closest("button, [role=img]") ?? figure.parentElement?.querySelector(":scope > button");
      const texts = [
        figure.getAttribute("aria-label"),
        control?.getAttribute("aria-label"),
        figure.closest("figure")?.querySelector("figcaption")?.textContent,
        figure.closest("li")?.textContent,
      ];
      const isNamed = texts.some((text) => (text ?? "").trim().length >= 10);
      if (!isHidden && !isNamed) problems.push(`${figure.outerHTML.slice(0, 120)} has no text`);
    }
    return problems;
  });
}
