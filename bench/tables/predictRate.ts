/**
 * Rows a second of `smilodon predict`, end to end: the femur model, a CSV file of a million rows in, a CSV file out, one
 * process from its start to its end. The best of some runs: others only say what else the machine was doing.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { openFileAtomic } from "../../src/support/atomicFile.node.ts";
import { saveFemurs } from "../../src/systems/femurs/folder.node.ts";
import { type Animals, firstFresh, simulateAnimals } from "../../src/systems/femurs/simulate.ts";
import { trainFemurs } from "../../src/systems/femurs/train.ts";

const program = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url));

/** Rows a second, best of `runs`. */
export async function measurePredictRate(rows = 1_000_000, runs = 3): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), "predict-rate-"));
  try {
    await saveFemurs(join(folder, "femurs"), await trainFemurs(simulateAnimals(400, { seed: 0 }), { seed: 0 }));
    await writeBones(join(folder, "bones.csv"), simulateAnimals(rows, { seed: 1, first: firstFresh }));
    let best = Number.POSITIVE_INFINITY;
    for (let run = 0; run < runs; run++) best = Math.min(best, await timePrediction(folder));
    return rows / best;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Lengths to a tenth of a millimetre and weights to a hundredth of a gram, as they are measured. */
async function writeBones(path: string, { lengths, weights }: Animals): Promise<void> {
  const file = await openFileAtomic(path);
  let text = "length_mm,weight_g\n";
  for (let row = 0; row < lengths.length; row++) {
    text += `${(lengths[row] ?? 0).toFixed(1)},${(weights[row] ?? 0).toFixed(2)}\n`;
    if (text.length < 1 << 20) continue;
    await file.write(text);
    text = "";
  }
  await file.write(text);
  await file.commit();
}

/** Seconds that the whole process takes. */
async function timePrediction(folder: string): Promise<number> {
  const words = [
    "predict",
    join(folder, "femurs"),
    join(folder, "bones.csv"),
    "--out",
    join(folder, "answers.csv"),
    "--quiet",
  ];
  const begun = performance.now();
  const child = spawn(process.execPath, [program, ...words], { stdio: ["ignore", "ignore", "inherit"] });
  const [code] = await once(child, "exit");
  if (code !== 0) throw new Error(`smilodon predict ended with code ${String(code)}.`);
  return (performance.now() - begun) / 1000;
}

if (import.meta.main) process.stdout.write(`${Math.round(await measurePredictRate())} rows/s\n`);
