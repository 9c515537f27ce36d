/** Every page in Firefox, through WebDriver BiDi: it opens, says nothing wrong, and trains. */
import { existsSync } from "node:fs";
import puppeteer, { type Browser, type Page } from "puppeteer-core";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { lessons } from "../../src/studio/playground/shell/lessons.ts";
import { type StaticServer, serveFolder } from "../../tools/staticServer.ts";

const places = [process.env.SMILODON_FIREFOX, "/usr/bin/firefox-esr", "/usr/bin/firefox"];
const executable = places.find((path) => path !== undefined && existsSync(path));
/** As for other browsers (vitest.config.ts). */
const patience = 90_000;
let server: StaticServer;
let browser: Browser | undefined;

beforeAll(async () => {
  server = await serveFolder(inject("site"), { isIsolated: true });
  if (executable !== undefined)
    browser = await puppeteer.launch({ browser: "firefox", executablePath: executable, headless: true });
});

afterAll(async () => {
  await browser?.close();
  await server.stop();
});

test("every page opens and trains in Firefox", async ({ skip }) => {
  if (browser === undefined) return skip("Firefox is not installed (Debian: apt-get install firefox-esr)");
  const page = await browser.newPage();
  const problems: string[] = [];
  page.on("console", (message) => {
    if (["error", "warn"].includes(message.type())) problems.push(message.text());
  });
  page.on("pageerror", (error) => problems.push(String(error)));
  for (const { id, title } of lessons) {
    await page.goto(`${server.address}#/${id}`);
    await page.waitForFunction((wanted) => document.querySelector("#main h1")?.textContent === wanted, {}, title);
    await waitUntilReady(page);
    if ((await page.$("aria/Play[role=button]")) !== null) await playSome(page);
    expect(problems, id).toEqual([]);
  }
  expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
});

async function waitUntilReady(page: Page): Promise<void> {
  await page.waitForFunction(
    () => {
      const text = document.querySelector("#main")?.textContent ?? "";
      const isBusy = /Loading…|Getting ready…/.test(text) || document.querySelector("#main progress") !== null;
      return !isBusy && document.querySelector("#main h2") !== null;
    },
    { timeout: patience },
  );
}

async function playSome(page: Page): Promise<void> {
  const press = (name: string) =>
    page.evaluate((text) => {
      const button = [...document.querySelectorAll("button")].find((each) => each.textContent?.trim() === text);
      button?.click();
    }, name);
  await press("Play");
  await page.waitForFunction(() => Number(document.querySelector(".count")?.textContent?.replace(/\D/g, "") || 0) > 3, {
    timeout: patience,
  });
  await press("Pause");
}
