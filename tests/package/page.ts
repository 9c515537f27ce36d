/** Opens a built page in the machine's Chromium, served from a small static server on this machine. */
import { existsSync, readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { extname, join, normalize } from "node:path";
import { type Browser, chromium } from "playwright-core";

const contentTypes: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".css": "text/css",
  ".json": "application/json",
  ".wasm": "application/wasm",
};

/** With these headers a page may share memory among threads. */
const isolationHeaders = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
};

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
  const server = await serve(folder, { ...(isIsolated ? isolationHeaders : {}), ...headers });
  let browser: Browser | undefined;
  try {
    browser = await launchChromium(executable);
    const page = await browser.newPage();
    const messages: string[] = [];
    page.on("console", (message) => messages.push(message.text()));
    page.on("pageerror", (error) => messages.push(String(error)));
    await page.goto(`http://127.0.0.1:${portOf(server)}/${path}`);
    try {
      await page.waitForSelector("body[data-outcome]", { state: "attached", timeout: 60_000 });
    } catch (error) {
      throw new Error(`the page never said how it went; it printed:\n${messages.join("\n")}`, { cause: error });
    }
    const outcome: unknown = JSON.parse((await page.getAttribute("body", "data-outcome")) ?? "null");
    return { outcome, isIsolated: await page.evaluate(() => crossOriginIsolated), messages };
  } finally {
    await browser?.close();
    server.closeAllConnections();
    server.close();
  }
}

function launchChromium(executablePath: string): Promise<Browser> {
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

async function serve(folder: string, headers: Readonly<Record<string, string>>): Promise<Server> {
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? "/", "http://127.0.0.1").pathname;
    const file = join(folder, normalize(path === "/" ? "/index.html" : path));
    if (!existsSync(file)) {
      response.writeHead(404).end();
      return;
    }
    const type = contentTypes[extname(file)] ?? "application/octet-stream";
    response.writeHead(200, { "Content-Type": type, ...headers });
    response.end(readFileSync(file));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return server;
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the server has no port");
  return address.port;
}
