/** What belongs to no single page: going back and forth, presenting, threads at a visitor's wish, and leaving nothing behind. */
import { expect, inject, test } from "vitest";
import { lessons } from "../../src/studio/playground/shell/lessons.ts";
import { serveFolder } from "../../tools/staticServer.ts";
import { sizes, type Visitor } from "./visitor.ts";
import { chromium, World } from "./world.ts";

const world = World.create();
const titles = lessons.map(({ title }) => title);

test.runIf(chromium !== undefined)("the browser's back button goes back, with what was set", async () => {
  await world.with(sizes.laptop, async (visitor) => {
    const { page } = visitor;
    await visitor.open(world.site, "#/line?rate=0.02");
    await goTo(visitor, titles[1]);
    await page.goBack();
    await expect.poll(() => page.textContent("#main h1")).toBe(titles[0]);
    expect(page.url()).toContain("#/line?rate=0.02");
    await page.goForward();
    await expect.poll(() => page.textContent("#main h1")).toBe(titles[1]);
    expect(visitor.problems).toEqual([]);
  });
});

test.runIf(chromium !== undefined)(
  "a lecturer needs the keyboard alone: every page, larger type, the help",
  async () => {
    await world.with(sizes.laptop, async (visitor) => {
      const { page } = visitor;
      await visitor.open(world.site, "");
      for (const title of titles.slice(1)) {
        await page.keyboard.press("PageDown");
        await expect.poll(() => page.textContent("#main h1")).toBe(title);
      }
      await page.keyboard.press("1");
      await visitor.settle();
      const type = () =>
        page.locator("#main .idea").evaluate((idea) => Number.parseFloat(getComputedStyle(idea).fontSize));
      const before = await type();
      await page.keyboard.press("p");
      await expect.poll(type).toBeGreaterThan(before);
      await page.keyboard.press("?");
      await page.getByRole("dialog").waitFor();
      await page.keyboard.press("Escape");
      await expect.poll(() => page.getByRole("dialog").count()).toBe(0);
      expect(visitor.problems).toEqual([]);
    });
  },
);

test.runIf(chromium !== undefined)("turning pages before they are ready does no harm", async () => {
  await world.with(sizes.laptop, async (visitor) => {
    const { page } = visitor;
    await visitor.open(world.site, "");
    for (const key of ["PageDown", "PageUp"]) {
      for (let index = 1; index < titles.length; index++) {
        await page.keyboard.press(key);
        await page.waitForTimeout(60 * index);
      }
    }
    await expect.poll(() => page.textContent("#main h1")).toBe(titles[0]);
    await visitor.settle();
    await page.keyboard.press("s");
    await expect.poll(() => page.locator(".count").textContent()).toBe("Step 1");
    expect(visitor.problems).toEqual([]);
  });
});

test.runIf(chromium !== undefined)("three rounds through all pages leave no more behind than two", async () => {
  await world.with(sizes.laptop, async (visitor) => {
    await visitor.open(world.site, "");
    const left = [];
    for (let round = 0; round < 3; round++) {
      for (const title of [...titles.slice(1), titles[0]]) await goTo(visitor, title);
      await visitor.settle();
      // One for the page that is shown, and one that waits for the next
      await expect.poll(() => visitor.page.workers().length).toBeLessThanOrEqual(2);
      left.push(await leftBehind(visitor));
    }
    const [, second, third] = left;
    if (second === undefined || third === undefined) return expect.fail("three rounds");
    expect(third.nodes).toBeLessThan(1.1 * second.nodes + 50);
    expect(third.bytes).toBeLessThan(1.2 * second.bytes);
    expect(visitor.problems).toEqual([]);
  });
});

test.runIf(chromium !== undefined)(
  "a visitor allows threads where the host does not, and all stays as it was set",
  async () => {
    const server = await serveFolder(inject("site"), { isIsolated: false, prefix: "/somewhere/" });
    try {
      await world.with(sizes.laptop, async (visitor) => {
        const { page } = visitor;
        await visitor.open(server.address, "#/line?rate=0.02");
        expect(await page.textContent("footer")).toContain("one thread");
        await page.getByRole("button", { name: "Use all threads" }).click();
        await page.waitForFunction(() => crossOriginIsolated);
        await visitor.settle();
        expect(page.url()).toContain("#/line?rate=0.02");
        expect(await page.getByRole("button", { name: "Use all threads" }).count()).toBe(0);
        expect(visitor.problems).toEqual([]);
      });
    } finally {
      await server.stop();
    }
  },
);

async function goTo(visitor: Visitor, title = ""): Promise<void> {
  await visitor.page.getByRole("navigation", { name: "Pages" }).getByRole("link", { name: title }).click();
  await expect.poll(() => visitor.page.textContent("#main h1")).toBe(title);
  await visitor.page.waitForFunction(() => document.querySelector("#main h2") !== null);
}

/** What is there once everything that could be thrown away has been. */
async function leftBehind({ page }: Visitor): Promise<{ nodes: number; bytes: number }> {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send("HeapProfiler.enable");
  await devtools.send("HeapProfiler.collectGarbage");
  const { nodes } = await devtools.send("Memory.getDOMCounters");
  const { usedSize } = await devtools.send("Runtime.getHeapUsage");
  await devtools.detach();
  return { nodes, bytes: usedSize };
}
