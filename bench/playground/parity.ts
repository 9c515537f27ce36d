/** The same training in the page's worker and in Node, from the very options that the page of layers begins with. */
import { jobs } from "../../src/studio/playground/training/jobs/table.ts";
import { fromText, notesOf, type Stage } from "./stage.ts";

const steps = 200;

/** Share of losses that are equal bit for bit. */
export async function compareLosses(stage: Stage): Promise<number> {
  const { start, losses } = await trainInPage(stage);
  const { options } = fromText(start) as { options: Parameters<Awaited<ReturnType<typeof jobs.dense>>["start"]>[0] };
  const training = (await jobs.dense()).start(options);
  let equal = 0;
  for (let step = 0; step < steps; step++) {
    if (Object.is(await training.step(1), losses[step])) equal++;
  }
  process.stderr.write(`  losses from ${losses[0]} to ${losses.at(-1)}\n`);
  if (new Set(losses).size < steps / 2) throw new Error("The losses hardly change: nothing was compared.");
  return equal / steps;
}

/** What the page of layers told its worker, and the losses of a worker that is told the same. */
async function trainInPage(stage: Stage): Promise<{ start: string; losses: (number | undefined)[] }> {
  return stage.inPage(async (page) => {
    await page.goto(`${stage.address}#/layers`);
    await page.waitForFunction(() => Reflect.get(globalThis, "workerNotes").pictures.length > 0);
    await page.waitForFunction(() => document.querySelector("#main h1")?.textContent === "Layers");
    const noted = await notesOf(page);
    const start = noted.starts.find((text) => text.includes('"job":"dense"'));
    const script = noted.scripts.find((each) => !each.startsWith("blob:"));
    if (start === undefined || script === undefined) throw new Error("The page of layers began no training.");
    const losses = await page.evaluate(trainStepByStep, { script, start, steps });
    return { start, losses };
  });
}

/** Runs in the page: a worker of its own, one step after the other. Stands alone. */
async function trainStepByStep(work: { script: string; start: string; steps: number }): Promise<number[]> {
  const kinds: Record<string, new (data: number[]) => unknown> = { Float32Array, Float64Array, Int32Array, Uint8Array };
  const message: unknown = JSON.parse(work.start, (_, item) => {
    const Kind = typeof item === "object" && item !== null && "typed" in item ? kinds[item.typed] : undefined;
    return Kind === undefined ? item : new Kind(item.data);
  });
  const worker = new Worker(work.script, { type: "module" });
  const losses: number[] = [];
  await new Promise<void>((resolve, reject) => {
    worker.onmessage = ({ data }) => {
      if (data.kind !== "snapshot") return reject(new Error(JSON.stringify(data)));
      if (data.step > 0) losses.push(data.loss);
      if (data.step >= work.steps) return resolve();
      worker.postMessage({ kind: "step", count: 1 });
    };
    worker.postMessage(message);
  });
  worker.terminate();
  return losses;
}
