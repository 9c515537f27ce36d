/** Opens a built page in the machine's Chromium, served by this machine. */
import { existsSync } from "node:fs";
import { type Browser, chromium } from "playwright-core";
import { serveFolder } from "../../tools/staticServer.ts";

/** The machine's Chromium, or undefined. */
export function findChromium(): string | undefined {
  const places = [
    process.env.SMILODON_CHROMIUM,
    "/usr/bin/chromium",
    "/usr/bin/chromium-browser",
    "/usr/bin/google-chrome",
  ];
  return places.find((path) => path !== undefined && existsSync(path));
}

/** What a page left in `document.body.dataset.outcome`, and whether it was isolated. */
export interface PageOutcome {
  readonly outcome: unknown;
  readonly isIsolated: boolean;
  /** What the page and the browser had to say. */
  readonly messages: readonly string[];
}

/** How a page is served and opened. */
export interface PageOptions {
  readonly isIsolated: boolean;
  /** What follows the address of index.html. */
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Serves `folder`, opens its index.html and waits for the outcome. */
export async function openPage(
  folder: string,
  executable: string,
  { isIsolated, path = "", headers = {} }: PageOptions,
): Promise<PageOutcome> {
  const server = await serveFolder(folder, { isIsolated, headers });
  let browser: Browser | undefined;
  try {
    browser = await launchChromium(executable);
    const page = await browser.newPage();
    const messages: string[] = [];
    page.on("console", (message) => messages.push(message.text()));
    page.on("pageerror", (error) => messages.push(String(error)));
    await page.goto(`${server.address}${path}`);
    try {
      await page.waitForSelector("body[data-outcome]", { state: "attached", timeout: 60_000 });
    } catch (error) {
      throw new Error(`the page never said how it went; it printed:\n${messages.join("\n")}`, { cause: error });
    }
    const outcome: unknown = JSON.parse((await page.getAttribute("body", "data-outcome")) ?? "null");
    return { outcome, isIsolated: await page.evaluate(() => crossOriginIsolated), messages };
  } finally {
    await browser?.close();
    await server.stop();
  }
}

/** A browser with a fresh profile, which talks to nobody of its own accord. */
export function launchChromium(executablePath: string): Promise<Browser> {
  return chromium.launch({
    executablePath,
    headless: true,
    args: [
      "--headless",
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}
