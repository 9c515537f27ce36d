/** The build of a small page with a worker: plain files that work wherever a host puts them, and isolate.js beside them. */
import { mkdtempSync, readFileSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type BuiltFile, buildPlayground } from "../../tools/playground.ts";
import { type StaticServer, serveFolder } from "../../tools/staticServer.ts";
import { findChromium, launchChromium } from "../package/page.ts";

const executable = findChromium();
let folder: string;
let files: readonly BuiltFile[];
let browser: Browser | undefined;
let server: StaticServer;

beforeAll(async () => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), "smilodon-page-")));
  files = await buildPlayground(folder, join(import.meta.dirname, "smallPage"));
  // Not isolated, in a folder somewhere, as a plain file host does it
  server = await serveFolder(folder, { isIsolated: false, prefix: "/courses/deep learning/" });
  if (executable !== undefined) browser = await launchChromium(executable);
});

afterAll(async () => {
  await browser?.close();
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

test("names what is built by its content, and only relatively", () => {
  const paths = files.map(({ path }) => path).sort();
  expect(paths.filter((path) => !/^assets\/[a-zA-Z]+-[A-Z0-9]{8}\.js$/.test(path))).toEqual([
    "index.html",
    "isolate.js",
  ]);
  const html = readFileSync(join(folder, "index.html"), "utf8");
  const named = [...html.matchAll(/(?:src|href)="([^"]*)"/g)].map(([, path]) => path);
  expect(named.slice(0, 2)).toEqual(["data:,", "isolate.js"]);
  expect(named.slice(2).filter((path) => !paths.includes(path?.replace(/^\.\//, "") ?? ""))).toEqual([]);
  expect(html).toMatch(/<script type="module" src="\.\/assets\/main-/);
});

test.runIf(executable !== undefined).for([
  { allows: "allow", isIsolated: true },
  { allows: "block", isIsolated: false },
] as const)("trains from a plain file host; service workers: $allows", async ({ allows, isIsolated }) => {
  const context = await browser?.newContext({ serviceWorkers: allows });
  const page = await context?.newPage();
  if (context === undefined || page === undefined) return expect.fail("no browser");
  const messages: string[] = [];
  page.on("console", (message) => {
    if (!message.text().endsWith("blocked by Playwright")) messages.push(message.text());
  });
  page.on("pageerror", (error) => messages.push(String(error)));
  await page.goto(encodeURI(server.address));
  await page.waitForFunction(
    (wanted) => crossOriginIsolated === wanted && document.body.dataset["outcome"],
    isIsolated,
  );
  const { losses, ...rest } = JSON.parse((await page.getAttribute("body", "data-outcome")) ?? "{}");
  expect(rest).toEqual({ isIsolated });
  expect(losses.at(-1)).toBeLessThan(0.1 * losses[0]);
  expect(messages).toEqual([]);
  expect(server.missing).toEqual([]);
  await context.close();
});
