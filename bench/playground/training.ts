/** The default network of the page of layers, training as fast as it can while the page draws it. */
import type { Browser, Page } from "playwright-core";
import { median } from "../harness/paired.ts";
import { notesOf, type Stage } from "./stage.ts";

const address = "#/layers?pace=fast";
const warmSeconds = 3;

/** Opens the page and plays; measured from when compilers have had their time. */
async function play(stage: Stage, page: Page): Promise<void> {
  await page.goto(`${stage.address}${address}`);
  await page.getByRole("button", { name: "Play", exact: true }).click();
  await page.waitForTimeout(warmSeconds * 1000);
}

/** Medians over windows of a second: steps for each frame that the browser draws, and frames a second. */
export async function measureStepsPerFrame(stage: Stage): Promise<{ steps: number; frames: number }> {
  const seconds = 15;
  return stage.inPage(async (page) => {
    await play(stage, page);
    const frames = await page.evaluate(
      (end) =>
        new Promise<number[]>((resolve) => {
          const times: number[] = [];
          const note = (time: number): void => {
            times.push(time);
            if (time - (times[0] ?? time) < end) requestAnimationFrame(note);
            else resolve(times);
          };
          requestAnimationFrame(note);
        }),
      seconds * 1000,
    );
    const { pictures } = await notesOf(page);
    const windows = Array.from({ length: seconds }, (_, second) => {
      const [from, to] = [(frames[0] ?? 0) + 1000 * second, (frames[0] ?? 0) + 1000 * (second + 1)];
      const drawn = frames.filter((time) => time >= from && time < to).length;
      const stepAt = (time: number): number => pictures.findLast((picture) => picture.time <= time)?.step ?? Number.NaN;
      return { drawn, steps: (stepAt(to) - stepAt(from)) / drawn };
    });
    return { steps: median(windows.map(({ steps }) => steps)), frames: median(windows.map(({ drawn }) => drawn)) };
  });
}

/** Milliseconds of the longest task of the page's own thread in twenty seconds of training. */
export async function measureLongestTask(stage: Stage): Promise<number> {
  return stage.inPage(async (page, browser) => {
    await play(stage, page);
    await page.evaluate(() => {
      const durations: number[] = [];
      Reflect.set(globalThis, "longTasks", durations);
      new PerformanceObserver((list) => {
        for (const { duration } of list.getEntries()) durations.push(duration);
      }).observe({ type: "longtask" });
    });
    const traced = await traceTasks(browser, page, 20_000);
    const observed: number[] = await page.evaluate(() => Reflect.get(globalThis, "longTasks"));
    const [longest, busiest] = [traced.map(({ time }) => time), traced.map(({ busy }) => busy)].map((all) =>
      Math.max(...all),
    );
    process.stderr.write(
      `  ${traced.length} tasks, of which the longest took ${longest?.toFixed(0)} ms and the busiest ${busiest?.toFixed(0)} ms of a processor; ` +
        `${observed.length} of 50 ms and more by the page's own observer\n`,
    );
    return Math.max(longest ?? Number.NaN, ...observed);
  });
}

interface TraceEvent {
  readonly name: string;
  readonly ph: string;
  readonly pid: number;
  readonly tid: number;
  /** Microseconds by the clock, and of a processor. */
  readonly dur?: number;
  readonly tdur?: number;
  readonly args?: { readonly name?: string };
}

/** Milliseconds of each task of the page's main thread, by the clock and of a processor, from the browser's own trace. */
async function traceTasks(
  browser: Browser,
  page: Page,
  milliseconds: number,
): Promise<{ readonly time: number; readonly busy: number }[]> {
  await browser.startTracing(page, { categories: ["toplevel", "disabled-by-default-devtools.timeline"] });
  await page.waitForTimeout(milliseconds);
  const { traceEvents }: { traceEvents: TraceEvent[] } = JSON.parse((await browser.stopTracing()).toString());
  const main = new Set(
    traceEvents
      .filter(({ name, args }) => name === "thread_name" && args?.name === "CrRendererMain")
      .map(({ pid, tid }) => `${pid}/${tid}`),
  );
  const tasks = traceEvents.filter(
    ({ name, ph, pid, tid }) => /RunTask$/.test(name) && ph === "X" && main.has(`${pid}/${tid}`),
  );
  if (tasks.length === 0) throw new Error("The trace holds no task of the page.");
  return tasks.map(({ dur = 0, tdur = 0 }) => ({ time: dur / 1000, busy: tdur / 1000 }));
}
