/** A visitor of the playground in Chromium: opens pages and notes everything that a page must not do. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { root } from "../../tools/source.ts";

/** What a visitor brings. */
export interface VisitorOptions {
  readonly width: number;
  readonly height: number;
  readonly theme?: "light" | "dark";
  /** Without reduced motion a page may animate of its own accord. Default true: pictures hold still. */
  readonly isCalm?: boolean;
}

/** The sizes at which every page is visited: a telephone, and a small laptop. */
export const sizes = {
  telephone: { width: 390, height: 844 },
  laptop: { width: 1280, height: 800 },
} as const satisfies Record<string, VisitorOptions>;

/** One visitor with a fresh profile. */
export class Visitor {
  readonly page: Page;
  /** Errors and warnings in the console, exceptions, requests that failed, violations of the page's security policy. */
  readonly problems: string[] = [];
  readonly #context: BrowserContext;

  private constructor(context: BrowserContext, page: Page) {
    this.#context = context;
    this.page = page;
    page.on("console", (message) => {
      if (["error", "warning", "assert"].includes(message.type())) this.problems.push(message.text());
    });
    page.on("pageerror", (error) => this.problems.push(String(error)));
    page.on("requestfailed", (request) => this.problems.push(`${request.url()} ${request.failure()?.errorText}`));
    page.on("response", (response) => {
      if (response.status() >= 400) this.problems.push(`${response.url()} ${response.status()}`);
    });
  }

  /** A visitor who has not opened a page yet. */
  static async invite(browser: Browser, options: VisitorOptions): Promise<Visitor> {
    const { width, height, theme = "light", isCalm = true } = options;
    const context = await browser.newContext({
      viewport: { width, height },
      colorScheme: theme,
      reducedMotion: isCalm ? "reduce" : "no-preference",
      hasTouch: width < 600,
      locale: "en",
      permissions: ["clipboard-read", "clipboard-write"],
    });
    context.setDefaultTimeout(90_000);
    const visitor = new Visitor(context, await context.newPage());
    await visitor.page.exposeFunction("noteViolation", (text: string) => visitor.problems.push(text));
    await visitor.page.addInitScript(() => {
      addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI, sourceFile }) => {
        const note: unknown = Reflect.get(globalThis, "noteViolation");
        if (typeof note === "function")
          note(`the policy's ${violatedDirective} forbids ${blockedURI} (${sourceFile ?? "somewhere"})`);
      });
    });
    return visitor;
  }

  /** Opens an address of the playground, which differs from the one before in its hash alone or is the first. */
  async open(site: string, hash: string): Promise<void> {
    await this.page.goto("about:blank");
    await this.page.goto(`${site}${hash}`);
    await this.settle();
  }

  /** Waits until the lesson is there, its training stands still, and everything is drawn. */
  async settle(): Promise<void> {
    await this.page.waitForSelector("#main h1");
    await this.page.waitForFunction(() => {
      const text = document.querySelector("#main")?.textContent ?? "";
      return (
        document.querySelector("#main progress") === null &&
        !text.includes("Loading…") &&
        !text.includes("Getting ready…") &&
        document.querySelector("#main h2") !== null
      );
    });
    await this.draw();
  }

  /** Waits for two pictures of the browser. */
  async draw(): Promise<void> {
    await this.page.evaluate(
      () => new Promise<void>((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => resolve()))),
    );
  }

  /** What axe-core finds, one line each. */
  async findBarriers(): Promise<string[]> {
    await this.page.evaluate(axeSource());
    return this.page.evaluate(async () => {
      const axe = Reflect.get(globalThis, "axe") as typeof import("axe-core");
      const { violations } = await axe.run(document, { resultTypes: ["violations"] });
      return violations.flatMap(({ id, help, nodes }) =>
        nodes.map(({ target, failureSummary }) => `${id}: ${help} at ${target.join(" ")} (${failureSummary ?? ""})`),
      );
    });
  }

  async leave(): Promise<void> {
    await this.#context.close();
  }
}

let axe: string | undefined;

function axeSource(): string {
  axe ??= readFileSync(join(root, "node_modules", "axe-core", "axe.min.js"), "utf8");
  return axe;
}
