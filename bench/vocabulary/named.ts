/** Rows with bars of their own, on the best device that works here. */
import * as s from "../../src/index.ts";
import type { Row } from "../harness/row.ts";
import { between } from "./inputs.ts";
import type { Entrant, Given, Line, VocabularyPeer } from "./line.ts";
import { measureLine } from "./measurement.ts";
import { loadFourierPeers } from "./peers.ts";

/** A row and how it is measured; the device has been chosen before. */
export interface NamedRow {
  readonly id: string;
  measure(peers: () => Promise<readonly VocabularyPeer[]>): Promise<Row>;
}

const around = between(-1, 1);

/** All of them. */
export const namedRows: readonly NamedRow[] = [
  {
    id: "sort-1m",
    measure: () => {
      const input = around([1_000_000]);
      return against("sort-1m", 10, { ours: (x) => s.sort(x) }, [input], [sortOfArrays(input)]);
    },
  },
  {
    id: "fft-2^20",
    measure: async () => {
      const inputs = planes(2 ** 20);
      const { enterFourier } = await loadFourierPeers();
      return against(
        "fft-2^20",
        0.5,
        { ours: transform, agree: { absolute: 0.1, relative: 1e-3 } },
        inputs,
        enterFourier(inputs),
      );
    },
  },
  {
    // fft.js has powers of two only. A prime number of n elements takes kissfft-js n² steps, an hour or more: its time for
    // a prime a hundred times smaller stands for the least that it could need
    id: "fft-1000003",
    measure: async () => {
      const inputs = planes(1_000_003);
      const { enterFourier } = await loadFourierPeers();
      const smaller = enterFourier(planes(10_007)).map((entrant) => ({ ...entrant, name: `${entrant.name} at 10007` }));
      const agree = (_: ArrayLike<number>, ours: ArrayLike<number>) => compareWithSums(inputs, ours);
      return against("fft-1000003", 0.5, { ours: transform, agree }, inputs, smaller);
    },
  },
  {
    id: "svd-256",
    measure: async (peers) =>
      factorization(
        "svd-256",
        (x) => {
          const [u, values, vt] = s.linalg.svd(x);
          return [values, u, vt];
        },
        { of: "np.linalg.svd", pick: 1 },
        around([256, 256]),
        await peers(),
      ),
  },
  {
    id: "eigh-256",
    measure: async (peers) =>
      factorization(
        "eigh-256",
        (x) => {
          const [values, vectors] = s.linalg.eigh(x);
          return [values, vectors];
        },
        { of: "np.linalg.eigh", pick: 0 },
        symmetric(256),
        await peers(),
      ),
  },
];

function transform(real: s.Tensor, imag: s.Tensor): s.Complex {
  return s.fft.fft(s.complex(real, imag));
}

function planes(size: number): readonly Given[] {
  return [around([size]), between(-1, 1, 2)([size])];
}

/** Some places of the real part of the transform, as sums in double precision. */
function compareWithSums([real, imag]: readonly Given[], ours: ArrayLike<number>): string | undefined {
  const size = real?.data.length ?? 0;
  if (ours.length !== size) return `ours are ${ours.length} elements where ${size} are due.`;
  for (const place of [0, 1, 2, size >> 1, size - 1]) {
    let sum = 0;
    for (let index = 0; index < size; index++) {
      const angle = (2 * Math.PI * ((index * place) % size)) / size;
      sum += (real?.data[index] ?? 0) * Math.cos(angle) + (imag?.data[index] ?? 0) * Math.sin(angle);
    }
    if (Math.abs((ours[place] ?? Number.NaN) - sum) > 0.1 + 1e-3 * Math.abs(sum))
      return `our element ${place} is ${ours[place]}, expected ${sum}.`;
  }
  return undefined;
}

function factorization(
  id: string,
  ours: Line["ours"],
  jax: NonNullable<Line["jax"]>,
  input: Given,
  peers: readonly VocabularyPeer[],
): Promise<Row> {
  return measureOn(
    id,
    5,
    // jax-js goes through the Gram matrix in f32, which leaves small singular values half of their digits
    { name: id, sizes: [], ours, jax, agree: { absolute: 5e-3, relative: 1e-3 } },
    [input],
    peers,
  );
}

/** Against entrants that need no line. */
function against(
  id: string,
  bar: number,
  line: Pick<Line, "ours" | "agree">,
  inputs: readonly Given[],
  entrants: readonly Entrant[],
): Promise<Row> {
  const peer: VocabularyPeer = { start: async () => undefined, enter: async () => entrants };
  return measureOn(id, bar, { name: id, sizes: [], ...line }, inputs, [peer]);
}

/** The row says which device it was. */
async function measureOn(
  id: string,
  bar: number,
  line: Line,
  inputs: readonly Given[],
  peers: readonly VocabularyPeer[],
): Promise<Row> {
  const row = await measureLine(id, line, inputs, peers, { bar, limits: { seconds: 3, fewestRounds: 7 } });
  return { ...row, unit: `ms (${s.currentDevice().name})` };
}

/** JavaScript's own sort, of a copy. */
function sortOfArrays({ data }: Given): Entrant {
  const copy = Float32Array.from(data);
  return {
    name: "Float32Array.prototype.sort",
    run: () => {
      copy.set(data);
      copy.sort();
    },
    read: async () => copy,
  };
}

function symmetric(size: number): Given {
  const { data } = around([size, size]);
  const mirrored = (index: number): number => (index % size) * size + Math.floor(index / size);
  return { shape: [size, size], data: data.map((value, index) => value + (data[mirrored(index)] ?? 0)) };
}
