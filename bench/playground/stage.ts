/** Where the playground is measured: built as it is published, served isolated by this machine, opened in Chromium. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { findChromium, launchChromium } from "../../tests/package/page.ts";
import { buildPlayground } from "../../tools/playground.ts";
import { type StaticServer, serveFolder } from "../../tools/staticServer.ts";

/** What the workers of a page have said, noted by `noteWorkers`. */
export interface WorkerNotes {
  /** Milliseconds after navigation at which a picture of a training came, and the step that it was taken at. */
  readonly pictures: { readonly time: number; readonly step: number }[];
  /** Messages that began a training, as text (`toText`). */
  readonly starts: string[];
  /** Where the workers' scripts lie. */
  readonly scripts: string[];
}

/** Built, served and ready. */
export class Stage {
  readonly folder: string;
  readonly #executable: string;
  readonly #server: StaticServer;

  private constructor(folder: string, executable: string, server: StaticServer) {
    this.folder = folder;
    this.#executable = executable;
    this.#server = server;
  }

  static async open(): Promise<Stage> {
    const executable = findChromium();
    if (executable === undefined)
      throw new Error("There is no Chromium to measure in (Debian: apt-get install chromium).");
    const folder = await mkdtemp(join(tmpdir(), "playground-"));
    await buildPlayground(folder);
    return new Stage(folder, executable, await serveFolder(folder, { isIsolated: true }));
  }

  /** Address of index.html. */
  get address(): string {
    return this.#server.address;
  }

  /** A browser that has seen nothing yet, for as long as `use` takes. */
  async inBrowser<T>(use: (browser: Browser) => Promise<T>): Promise<T> {
    const browser = await launchChromium(this.#executable);
    try {
      return await use(browser);
    } finally {
      await browser.close();
    }
  }

  /** The same with a page of a small laptop, whose workers are noted. */
  async inPage<T>(use: (page: Page, browser: Browser) => Promise<T>): Promise<T> {
    return this.inBrowser(async (browser) => {
      const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
      await page.addInitScript(noteWorkers);
      return use(page, browser);
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.stop();
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** What the workers of `page` have said so far. */
export function notesOf(page: Page): Promise<WorkerNotes> {
  return page.evaluate(() => Reflect.get(globalThis, "workerNotes"));
}

/** Runs in the page before anything else: notes what its workers are told and say. Stands alone. */
function noteWorkers(): void {
  const notes: WorkerNotes = { pictures: [], starts: [], scripts: [] };
  Reflect.set(globalThis, "workerNotes", notes);
  const toText = (value: unknown): string =>
    JSON.stringify(value, (_, item) =>
      ArrayBuffer.isView(item) ? { typed: item.constructor.name, data: Array.from(item as Float32Array) } : item,
    );
  const say = Worker.prototype.postMessage;
  Worker.prototype.postMessage = function (this: Worker, ...said: unknown[]) {
    const [message] = said;
    if (typeof message === "object" && message !== null && "kind" in message && message.kind === "start")
      notes.starts.push(toText(message));
    Reflect.apply(say, this, said);
  };
  const Plain = globalThis.Worker;
  globalThis.Worker = class extends Plain {
    constructor(script: string | URL, options?: WorkerOptions) {
      super(script, options);
      notes.scripts.push(String(script));
      this.addEventListener("message", ({ data }) => {
        if (data?.kind === "snapshot") notes.pictures.push({ time: performance.now(), step: data.step });
      });
    }
  };
}

/** What `noteWorkers` wrote as text. */
export function fromText(text: string): unknown {
  const kinds: Readonly<Record<string, new (data: number[]) => ArrayBufferView>> = {
    Float32Array,
    Float64Array,
    Int32Array,
    Uint32Array,
    Int16Array,
    Uint16Array,
    Int8Array,
    Uint8Array,
    Uint8ClampedArray,
  };
  return JSON.parse(text, (_, item) => {
    const Kind = typeof item === "object" && item !== null && "typed" in item ? kinds[String(item.typed)] : undefined;
    return Kind === undefined ? item : new Kind(item.data);
  });
}
