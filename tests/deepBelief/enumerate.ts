/** Every state of small Boltzmann machines, by loops: slow and plain, for tests and the benchmark's exact rows. */
import { random, type Tensor, tensor } from "../../src/index.ts";
import type { BoltzmannLayer } from "../../src/systems/deepBelief/boltzmannLayer.ts";

/** Weights and biases that matter. */
export function randomize(layer: BoltzmannLayer): void {
  const { dtype } = layer.settings;
  for (const parameter of [layer.weight, layer.hiddenBias, layer.visibleBias])
    parameter.assign(random.normal(parameter.shape, { deviation: 0.8, dtype }));
}

/** All states of binary visible units, [2^n, channels, size, size]. */
export function allStates(layer: BoltzmannLayer, size: number): Tensor {
  const units = layer.settings.channels * size * size;
  const rows = Array.from({ length: 2 ** units }, (_, state) =>
    Array.from({ length: units }, (_, unit) => (state >> unit) & 1),
  );
  return tensor(rows, { dtype: "f64" }).reshape([2 ** units, layer.settings.channels, size, size]);
}

/** Probabilities of blocks by going through their states. @param inputs [count, cells, groups, rows, columns] */
export function exactPooling(
  inputs: ArrayLike<number>,
  [count = 0, cells = 0, ...rest]: readonly number[],
): { detection: number[]; pooling: number[] } {
  const places = rest.reduce((product, size) => product * size, 1);
  const detection = new Array<number>(count * cells * places).fill(0);
  const pooling: number[] = [];
  for (let picture = 0; picture < count; picture++)
    for (let place = 0; place < places; place++) {
      const at = (cell: number) => (picture * cells + cell) * places + place;
      const weights = Array.from({ length: cells }, (_, cell) => Math.exp(inputs[at(cell)] ?? NaN));
      const total = weights.reduce((sum, weight) => sum + weight, 1);
      for (const [cell, weight] of weights.entries()) detection[at(cell)] = weight / total;
      pooling.push(1 - 1 / total);
    }
  return { detection, pooling };
}

/** What brute force says of a layer. */
export interface Exact {
  readonly freeEnergies: readonly number[];
  /** Mean over the data. */
  readonly logLikelihood: number;
  /** Of the mean, by weight, hidden bias and visible bias. */
  readonly gradients: readonly (readonly number[])[];
}

interface Layout {
  readonly channels: number;
  readonly groups: number;
  readonly kernel: number;
  readonly block: number;
  readonly size: number;
}

/** Goes through all visible states, and for each through all states of the detection units of every group. */
export async function exactGradient(layer: BoltzmannLayer, states: Tensor, data: Tensor): Promise<Exact> {
  const [weight, hidden, visible] = await Promise.all(
    [layer.weight, layer.hiddenBias, layer.visibleBias].map(async ({ value }) =>
      Array.from(await value.data(), Number),
    ),
  );
  const layout = { ...layer.settings, size: states.shape[2] ?? 1 };
  const parameters = { weight: weight ?? [], hidden: hidden ?? [], visible: visible ?? [] };
  const pictures = await split(states);
  const all = pictures.map((picture) => sumOverHidden(layout, parameters, picture));
  const logZ = Math.log(all.reduce((sum, { total }) => sum + total, 0));
  const model = average(all.map(({ expected, total }) => ({ expected, share: total / Math.exp(logZ) })));
  const seen = (await split(data)).map((picture) => sumOverHidden(layout, parameters, picture));
  const clamped = average(seen.map(({ expected }) => ({ expected, share: 1 / seen.length })));
  return {
    freeEnergies: all.map(({ total }) => -Math.log(total)),
    logLikelihood: seen.reduce((sum, { total }) => sum + Math.log(total) / seen.length, 0) - logZ,
    gradients: clamped.map((values, index) => values.map((value, place) => value - (model[index]?.[place] ?? NaN))),
  };
}

async function split(pictures: Tensor): Promise<number[][]> {
  const [count = 0] = pictures.shape;
  const values = Array.from(await pictures.data(), Number);
  const size = values.length / count;
  return Array.from({ length: count }, (_, index) => values.slice(index * size, (index + 1) * size));
}

function average(parts: readonly { expected: readonly number[][]; share: number }[]): number[][] {
  const first = parts[0]?.expected ?? [];
  return first.map((values, index) =>
    values.map((_, place) =>
      parts.reduce((sum, { expected, share }) => sum + share * (expected[index]?.[place] ?? 0), 0),
    ),
  );
}

/** Σₕ exp(−E(v, h)) and what the derivative of −E is on average, given v. Groups do not see each other: each is gone through alone. */
function sumOverHidden(
  { channels, groups, kernel, block, size }: Layout,
  { weight, hidden, visible }: { weight: readonly number[]; hidden: readonly number[]; visible: readonly number[] },
  picture: readonly number[],
): { total: number; expected: number[][] } {
  const side = size - kernel + 1;
  const pixel = (channel: number, row: number, column: number) => picture[(channel * size + row) * size + column] ?? 0;
  const dWeight = new Array<number>(weight.length).fill(0);
  const dHidden = new Array<number>(groups).fill(0);
  const sums = Array.from({ length: channels }, (_, channel) =>
    picture.slice(channel * size * size, (channel + 1) * size * size).reduce((sum, value) => sum + value, 0),
  );
  let logTotal = sums.reduce((sum, value, channel) => sum + value * (visible[channel] ?? 0), 0);
  for (let group = 0; group < groups; group++)
    for (let top = 0; top < side; top += block)
      for (let left = 0; left < side; left += block) {
        const cells: { energy: number; seen: number[] }[] = [];
        for (let a = 0; a < block; a++)
          for (let b = 0; b < block; b++) {
            const seen: number[] = [];
            for (let channel = 0; channel < channels; channel++)
              for (let r = 0; r < kernel; r++)
                for (let s = 0; s < kernel; s++) seen.push(pixel(channel, top + a + r, left + b + s));
            const input = seen.reduce(
              (sum, value, place) => sum + value * (weight[group * seen.length + place] ?? 0),
              0,
            );
            cells.push({ energy: input + (hidden[group] ?? 0), seen });
          }
        const total = cells.reduce((sum, { energy }) => sum + Math.exp(energy), 1);
        logTotal += Math.log(total);
        for (const { energy, seen } of cells) {
          const share = Math.exp(energy) / total;
          dHidden[group] = (dHidden[group] ?? 0) + share;
          for (const [place, value] of seen.entries()) {
            const index = group * seen.length + place;
            dWeight[index] = (dWeight[index] ?? 0) + share * value;
          }
        }
      }
  return { total: Math.exp(logTotal), expected: [dWeight, dHidden, sums] };
}
