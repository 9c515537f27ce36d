/** Probabilistic max-pooling, free energy and gradient of the likelihood against brute force, in f64: largest differences. */
import { gradientsOf, random, seed } from "../../src/index.ts";
import { BoltzmannLayer, poolBlocks } from "../../src/systems/deepBelief/index.ts";
import { allStates, exactGradient, exactPooling, randomize } from "../../tests/deepBelief/enumerate.ts";

/** Of blocks of 2 × 2 and of 3 × 3. */
export async function poolingDifference(): Promise<number> {
  seed(1);
  const differences: number[] = [];
  for (const block of [2, 3]) {
    const inputs = random.normal([50, block * block, 3, 2, 2], { deviation: 3, dtype: "f64" });
    const { detection, pooling } = poolBlocks(inputs);
    const exact = exactPooling(await inputs.data(), inputs.shape);
    differences.push(largest(await detection.data(), exact.detection), largest(await pooling.data(), exact.pooling));
  }
  return Math.max(...differences);
}

/** Of free energies of all states and of the gradient, on 9 visible and 4 detection units. */
export async function gradientDifference(): Promise<number> {
  seed(2);
  const layer = new BoltzmannLayer({ channels: 1, groups: 1, kernel: 2, dtype: "f64" });
  randomize(layer);
  const states = allStates(layer, 3);
  const data = states.slice([100, 130]);
  const exact = await exactGradient(layer, states, data);
  const likelihood = layer.freeEnergy(data).negative().mean().subtract(layer.freeEnergy(states).negative().logsumexp());
  const gradients = gradientsOf(likelihood, [layer.weight.value, layer.hiddenBias.value, layer.visibleBias.value]);
  const differences = await Promise.all(
    gradients.map(async (gradient, index) => largest(await gradient.data(), exact.gradients[index] ?? [])),
  );
  return Math.max(largest(await layer.freeEnergy(states).data(), exact.freeEnergies), ...differences);
}

function largest(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) throw new Error(`${a.length} numbers and ${b.length}.`);
  return Math.max(...Array.from(a, (value, index) => Math.abs(value - (b[index] ?? Number.NaN))));
}
