/** Every page keeps what a visitor set in its address, and can be used with the keyboard alone. */
import { describe, expect, test } from "vitest";
import { lessons } from "../../src/studio/playground/shell/lessons.ts";
import { changeAll, readAll } from "./controls.ts";
import { walkThrough } from "./keyboard.ts";
import { canPlay, waitForStep } from "./playing.ts";
import { sizes, type Visitor } from "./visitor.ts";
import { chromium, World } from "./world.ts";

const world = World.create();

describe.runIf(chromium !== undefined).each(lessons)("$id", ({ id }) => {
  test("keeps all that was set in its address", async () => {
    const { address, set } = await world.with(sizes.laptop, async (visitor) => {
      await visitor.open(world.site, `#/${id}`);
      const before = await readAll(visitor.page);
      await changeAll(visitor.page);
      const set = await readAll(visitor.page);
      if (before.length > 0) expect(set).not.toEqual(before);
      await visitor.page.getByRole("button", { name: "Copy link" }).click();
      const copied = () => visitor.page.evaluate(() => navigator.clipboard.readText());
      await expect.poll(copied).toContain(`#/${id}`);
      const address = await copied();
      expect(visitor.problems).toEqual([]);
      return { address, set };
    });
    await world.with(sizes.laptop, async (visitor) => {
      await visitor.open(address, "");
      expect(await readAll(visitor.page)).toEqual(set);
    });
  });

  test("can be used with the keyboard alone", async () => {
    await world.with(sizes.laptop, async (visitor) => {
      await visitor.open(world.site, `#/${id}`);
      const { unreached, unseen } = await walkThrough(visitor.page);
      expect.soft(unreached, "never reached by Tab").toEqual([]);
      expect.soft(unseen, "the focus cannot be seen").toEqual([]);
      if (await canPlay(visitor)) await playByKeys(visitor);
      expect(visitor.problems).toEqual([]);
    });
  });
});

async function playByKeys(visitor: Visitor): Promise<void> {
  const { keyboard } = visitor.page;
  await visitor.page.evaluate(() => document.activeElement instanceof HTMLElement && document.activeElement.blur());
  await keyboard.press(" ");
  await waitForStep(visitor, (step) => step > 2);
  await keyboard.press(" ");
  await visitor.page.getByRole("button", { name: "Play", exact: true }).first().waitFor();
  await keyboard.press("r");
  await waitForStep(visitor, (step) => step === 0);
  await keyboard.press("s");
  await waitForStep(visitor, (step) => step === 1);
}
