/** The convolutional step of the benchmark `cpu` in a worker of an isolated page, where the playground trains, and in Node. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { serveFolder } from "../../tools/staticServer.ts";
import { measurePaired, median } from "../harness/paired.ts";
import { type CnnTiming, timeCnnSteps } from "./cnnSteps.ts";
import type { Stage } from "./stage.ts";

const turns = 6;
const timing = { warmSteps: 60, rounds: 5, steps: 20 };

/** Milliseconds a step in both places, and their ratio with its interval. */
export interface CnnComparison {
  readonly page: number;
  readonly node: number;
  /** Page over Node. */
  readonly ratio: number;
  readonly interval: readonly [number, number];
}

/** Both take turns. Throws where they do not compute the same. */
export async function compareCnn(stage: Stage): Promise<CnnComparison> {
  const folder = await mkdtemp(join(tmpdir(), "cnn-page-"));
  await makePage(folder);
  const server = await serveFolder(folder, { isIsolated: true });
  try {
    return await stage.inPage(async (page) => {
      await page.goto(server.address);
      const inPage = (): Promise<CnnTiming> =>
        page.evaluate(
          (wanted) =>
            new Promise<CnnTiming>((resolve, reject) => {
              const worker = new Worker("worker.js", { type: "module" });
              worker.onmessage = ({ data }) => {
                resolve(data);
                worker.terminate();
              };
              worker.onerror = ({ message }) => reject(new Error(message));
              worker.postMessage(wanted);
            }),
          timing,
        );
      const losses = new Set<string>();
      const time = async (measure: () => Promise<CnnTiming>): Promise<number> => {
        const result = await measure();
        losses.add(result.losses.join());
        return median(result.milliseconds);
      };
      const paired = await measurePaired(
        turns,
        () => time(() => timeCnnSteps(timing)),
        () => time(inPage),
      );
      if (losses.size !== 1) throw new Error(`The places computed different losses: ${[...losses].join(" and ")}`);
      return { page: paired.peer, node: paired.ours, ratio: paired.ratio, interval: paired.interval };
    });
  } finally {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

async function makePage(folder: string): Promise<void> {
  const program = `
    import { timeCnnSteps } from ${JSON.stringify(fileURLToPath(new URL("cnnSteps.ts", import.meta.url)))};
    onmessage = async ({ data }) => postMessage(await timeCnnSteps(data));
  `;
  await build({
    stdin: { contents: program, resolveDir: folder },
    outfile: join(folder, "worker.js"),
    bundle: true,
    minify: true,
    format: "esm",
    platform: "browser",
    external: ["node:*", "koffi"],
    logLevel: "error",
  });
  await writeFile(join(folder, "index.html"), '<!doctype html><title>A page</title><link rel="icon" href="data:,">');
}
