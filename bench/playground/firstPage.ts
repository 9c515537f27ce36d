/** The first page for somebody who has never been here: what it loads, and when its first training step is done. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { median } from "../harness/paired.ts";
import { notesOf, type Stage } from "./stage.ts";

/** kB of 1000 bytes, gzipped, of everything that the first page loads until it has trained a step and is at rest. */
export async function weighFirstPage(stage: Stage): Promise<number> {
  return stage.inPage(async (page) => {
    const loaded = new Set<string>();
    page.context().on("request", (request) => loaded.add(new URL(request.url()).pathname));
    await page.goto(stage.address);
    await page.getByRole("button", { name: "Step", exact: true }).click();
    await page.waitForFunction(() => Reflect.get(globalThis, "workerNotes").pictures.at(-1)?.step >= 1);
    await page.waitForLoadState("networkidle");
    // What workers load themselves is no request of the page's
    const inWorkers = await Promise.all(
      page
        .workers()
        .map((worker) =>
          worker.evaluate(() => performance.getEntriesByType("resource").map(({ name }) => new URL(name).pathname)),
        ),
    );
    for (const path of inWorkers.flat()) loaded.add(path);
    const { scripts } = await notesOf(page);
    for (const script of scripts.filter((each) => !each.startsWith("blob:"))) loaded.add(new URL(script).pathname);
    const files = [...loaded].filter((path) => !path.includes("blob:"));
    process.stderr.write(`  ${files.length} files: ${files.join(" ")}\n`);
    return files.reduce((sum, path) => sum + compressedSize(stage.folder, path), 0) / 1000;
  });
}

function compressedSize(folder: string, path: string): number {
  return gzipSync(readFileSync(join(folder, path === "/" ? "index.html" : path)), { level: 9 }).length;
}

const visits = 7;

/** Seconds from navigation to the first step of a training that is asked for as soon as the page allows it; the median of several browsers that start empty. */
export async function measureFirstStep(stage: Stage): Promise<number> {
  const seconds: number[] = [];
  for (let visit = 0; visit < visits; visit++) {
    seconds.push(
      await stage.inPage(async (page) => {
        await page.addInitScript(stepAtOnce);
        await page.goto(stage.address);
        await page.waitForFunction(() => Reflect.get(globalThis, "workerNotes").pictures.at(-1)?.step >= 1);
        const { pictures } = await notesOf(page);
        return (pictures.find(({ step }) => step >= 1)?.time ?? Number.NaN) / 1000;
      }),
    );
  }
  process.stderr.write(`  ${seconds.map((each) => each.toFixed(2)).join(", ")} s\n`);
  return median(seconds);
}

/** Runs in the page: presses Step as soon as there is such a button and it may be pressed. */
function stepAtOnce(): void {
  const timer = setInterval(() => {
    const button = [...document.querySelectorAll("button")].find(({ textContent }) => textContent?.trim() === "Step");
    if (button === undefined || button.disabled) return;
    clearInterval(timer);
    button.click();
  }, 2);
}
