/** What the tests of one file share: the playground as it was built, a server, a browser. */
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, inject } from "vitest";
import { type StaticServer, serveFolder } from "../../tools/staticServer.ts";
import { findChromium, launchChromium } from "../package/page.ts";
import { Visitor, type VisitorOptions } from "./visitor.ts";

/** Why tests in Chromium are skipped where it is missing. */
export const noChromium = "Chromium is not installed (Debian: apt-get install chromium)";

/** Chromium's path, or undefined. */
export const chromium = findChromium();

/** Serves the playground and starts Chromium around the tests of a file. */
export class World {
  #browser: Browser | undefined;
  #server: StaticServer | undefined;

  /** Call it once, outside of tests. */
  static create(): World {
    const world = new World();
    beforeAll(async () => {
      world.#server = await serveFolder(inject("site"), { isIsolated: true });
      if (chromium !== undefined) world.#browser = await launchChromium(chromium);
    });
    afterAll(async () => {
      await world.#browser?.close();
      await world.#server?.stop();
    });
    return world;
  }

  /** Where index.html is. */
  get site(): string {
    if (this.#server === undefined) throw new Error("the server runs only during tests");
    return this.#server.address;
  }

  get browser(): Browser {
    if (this.#browser === undefined) throw new Error(noChromium);
    return this.#browser;
  }

  /** A visitor, who leaves when `visit` is over. */
  async with<T>(options: VisitorOptions, visit: (visitor: Visitor) => Promise<T>): Promise<T> {
    const visitor = await Visitor.invite(this.browser, options);
    try {
      return await visit(visitor);
    } finally {
      await visitor.leave();
    }
  }
}
