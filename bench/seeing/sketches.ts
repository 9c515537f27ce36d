/**
 * The rows `concepts` and `shortcut` of the bench *Seeing*, on drawn cats and dogs: the truth behind every picture is known.
 */
import { findShortcut } from "../../src/audit/shortcut.ts";
import { fitConcepts } from "../../src/explain/concepts/concepts.ts";
import { factorOf, sketches } from "../../src/systems/vision/sketches/sketches.ts";
import { ownRow, type Row } from "../harness/row.ts";
import { labelledPictures, trainOnSketches } from "./sketchNetworks.ts";

/** Number of the first sketch that is never trained on. */
const fresh = 100_000;

/** Correlation of concept score and drawn factor on held-out sketches: the least of ears, snout and fluffiness. Takes three minutes. */
export async function measureConcepts(): Promise<readonly Row[]> {
  const set = await sketches(3600, { seed: 11, size: 64 });
  const network = await trainOnSketches(set, { network: "airbench", breadth: 0.5, epochs: 6, seed: 1 });
  const examples = await sketches(4800, { seed: 11, first: fresh, size: 64 });
  const concepts = await fitConcepts(network, await labelledPictures(examples), {
    ears: factorOf(examples, "ears"),
    snout: factorOf(examples, "snout"),
    fluffiness: factorOf(examples, "fluffiness"),
  });
  for (const { name, stage, correlation } of concepts)
    process.stderr.write(`  ${name} ${correlation.toFixed(3)} at ${stage}\n`);
  const least = Math.min(...concepts.map(({ correlation }) => correlation));
  return [ownRow("seeing", "concepts", least, "correlation", "higher", 0.9)];
}

/** Networks told apart by the warning: five trained where the background gives the class away, five where it does not. */
export async function measureShortcuts(): Promise<readonly Row[]> {
  let right = 0;
  for (let seed = 0; seed < 10; seed++) {
    const telltale = seed % 2;
    const options = { seed: 100 + seed, size: 32, telltale };
    const set = await sketches(400, options);
    const network = await trainOnSketches(set, { network: "lenet", breadth: 1, epochs: 6, seed });
    const heldOut = await labelledPictures(await sketches(240, { ...options, first: fresh }));
    const { isShortcut, evidence } = await findShortcut(network, heldOut, { seed });
    process.stderr.write(`  ${telltale === 1 ? "tell-tale" : "honest"}: evidence of frames ${evidence.toFixed(3)}\n`);
    if (isShortcut === (telltale === 1)) right++;
  }
  return [ownRow("seeing", "shortcut", right, "networks", "higher", 10)];
}

/** As bench/seeing.ts takes them. */
export const sketchMeasurements = [
  { ids: ["concepts"], measure: measureConcepts },
  { ids: ["shortcut"], measure: measureShortcuts },
] as const;
