/**
 * Hostile arguments: shapes, dtypes, axes, sizes and positions that do not fit. Each call either throws an error of ours
 * that names values, or gives a result that both devices agree on; none gives an error of the language, and nothing is
 * computed across devices. Tensors of every row of the op table are replaced; numbers have the table below.
 */
import { describe, expect, it } from "vitest";
import * as S from "../../src/index.ts";
import { allDtypes, DeviceError, SmilodonError, Tensor } from "../../src/index.ts";
import { sizeOf } from "../../src/shape/shape.ts";
import { count, type HostTensor, host } from "./host.ts";
import type { Sample } from "./row.ts";
import { rows as control } from "./rows/control.ts";
import { callSample, difference, onDevice, readAll, sampled, toTensor } from "./run.ts";
import { table } from "./table.ts";

/** Results beyond this are not read: whoever reads them runs out of memory, which has a test of its own. */
const mostElements = 1e4;

const shapes: readonly (readonly number[])[] = [
  [],
  [0],
  [1],
  [3],
  [2, 3],
  [3, 0],
  [0, 4, 2],
  [2, 1, 3, 2],
  [1, 2, 3, 1, 2],
];

/** Loops are left out: with other numbers in them they may rightly never end. */
const finite = table.filter(({ name }) => !control.some((row) => row.name === name));

describe("tensors that do not fit", () => {
  it.each(finite)("into $name give an error with values, or one result", async ({ name, samples }) => {
    const sample = samples.find(({ inputs }) => inputs.length > 0 && inputs.every(({ data }) => data.length > 0));
    if (sample === undefined) return;
    expect(
      (await faultsOf(sampled(hostileInputs(sample), 10).map((inputs) => callOn(sample, inputs)))).join("\n"),
      name,
    ).toBe("");
  });
});

/** Lists of inputs in which one is of another shape or dtype. */
function hostileInputs({ inputs }: Sample): (readonly HostTensor[])[] {
  return inputs.flatMap((input, index) => [
    ...shapes.map((shape) => inputs.with(index, filled(shape, input.dtype))),
    ...allDtypes.map((dtype) => inputs.with(index, filled(input.shape, dtype))),
  ]);
}

function filled(shape: readonly number[], dtype: S.Dtype): HostTensor {
  // −1 of an unsigned dtype is so large that in sums nothing is left of the others
  const least = S.isDtype(dtype, "unsigned integer") ? 0 : -1;
  return host(
    shape,
    dtype,
    Array.from({ length: count(shape) }, (_, index) => ((index * 5) % 7) / 2 + least),
  );
}

interface HostileCall {
  readonly label: string;
  readonly call: () => Tensor | readonly Tensor[];
}

function callOn(sample: Sample, inputs: readonly HostTensor[]): HostileCall {
  return {
    label: `${sample.label} of ${inputs.map(({ dtype, shape }) => `${dtype}[${shape}]`).join(", ")}`,
    call: () =>
      callSample(
        sample,
        inputs.map((input) => toTensor(input)),
      ),
  };
}

const numbers = [Number.NaN, Infinity, -1, -99, 0, 0.5, 20, 2 ** 31, 2 ** 53, 1e300];

const x = (): Tensor => toTensor(filled([2, 3], "f32"));
const image = (): Tensor => toTensor(filled([1, 2, 5, 5], "f32"));
const kernel = (): Tensor => toTensor(filled([2, 2, 3, 3], "f32"));
const places = (): Tensor => toTensor(host([2], "i32", [1, 0]));

/** Calls with one number that may be anything. */
const calls: Readonly<Record<string, (value: number) => Tensor | readonly Tensor[]>> = {
  "zeros size": (value) => S.zeros([value]),
  "ones sizes": (value) => S.ones([value, value, value]),
  "full size": (value) => S.full([2, value], 3),
  "full value in u8": (value) => S.full([2], value, { dtype: "u8" }),
  "full value in i32": (value) => S.full([2], value, { dtype: "i32" }),
  "eye rows": (value) => S.eye(value),
  "eye offset": (value) => S.eye(3, 3, { offset: value }),
  "arange stop": (value) => S.arange(value),
  "arange step": (value) => S.arange(0, 3, value),
  "linspace count": (value) => S.linspace(0, 1, value),
  "linspace stop": (value) => S.linspace(0, value, 3),
  "reshape size": (value) => S.reshape(x(), [value, 3]),
  "reshape two sizes": (value) => S.reshape(x(), [value, value]),
  "broadcastTo size": (value) => S.broadcastTo(x(), [value, 2, 3]),
  "permuteDims axis": (value) => S.permuteDims(x(), [0, value]),
  "moveAxis from": (value) => S.moveAxis(x(), value, 0),
  "moveAxis to": (value) => S.moveAxis(x(), 0, value),
  "expandDims axis": (value) => S.expandDims(x(), value),
  "squeeze axis": (value) => S.squeeze(S.expandDims(x(), 0), value),
  "flip axis": (value) => S.flip(x(), value),
  "roll shift": (value) => S.roll(x(), value, 1),
  "roll axis": (value) => S.roll(x(), 1, value),
  "repeat count": (value) => S.repeat(x(), value),
  "repeat axis": (value) => S.repeat(x(), 2, value),
  "tile count": (value) => S.tile(x(), [value]),
  "concat axis": (value) => S.concat([x(), x()], value),
  "stack axis": (value) => S.stack([x(), x()], value),
  "split parts": (value) => S.split(x(), value, 1),
  "split sizes": (value) => S.split(x(), [value, 1], 1),
  "split axis": (value) => S.split(x(), 1, value),
  "unstack axis": (value) => S.unstack(x(), value),
  "slice position": (value) => S.slice(x(), value),
  "slice start": (value) => S.slice(x(), [value, null]),
  "slice stop": (value) => S.slice(x(), [null, value]),
  "slice step": (value) => S.slice(x(), [null, null, value]),
  "pad width": (value) =>
    S.pad(x(), [
      [value, 1],
      [0, 0],
    ]),
  "oneHot classes": (value) => S.oneHot(places(), value),
  "take axis": (value) => S.take(x(), places(), { axis: value }),
  "takeAlongAxis axis": (value) => S.takeAlongAxis(x(), S.zeros([2, 1], { dtype: "i32" }), { axis: value }),
  "scatterAdd axis": (value) => S.scatterAdd(x(), places(), 1, { axis: value }),
  "scatterSet axis": (value) => S.scatterSet(x(), places(), 1, { axis: value }),
  "putAlongAxis axis": (value) => S.putAlongAxis(x(), S.zeros([2, 1], { dtype: "i32" }), 1, { axis: value }),
  "gatherNd batchDims": (value) => S.gatherNd(x(), S.zeros([2, 1], { dtype: "i32" }), { batchDims: value }),
  "scatterNd batchDims": (value) => S.scatterNd(x(), S.zeros([2, 1], { dtype: "i32" }), 1, { batchDims: value }),
  "gatherNd of a position": (value) => S.gatherNd(x(), S.tensor([[value, 0]]).astype("i32")),
  "segmentSum count": (value) => S.segmentSum(x(), places(), { numSegments: value }),
  "segmentMean count": (value) => S.segmentMean(x(), places(), { numSegments: value }),
  "segmentMax axis": (value) => S.segmentMax(x(), places(), { numSegments: 2, axis: value }),
  "pad width of a mirror": (value) => S.pad(x(), [[value, 1], 0], { mode: "reflect" }),
  "roll shifts": (value) => S.roll(x(), [1, value], [0, 1]),
  "roll axes": (value) => S.roll(x(), 1, [0, value]),
  "oneHot axis": (value) => S.oneHot(places(), 3, { axis: value }),
  "oneHot values": (value) => S.oneHot(places(), 3, { on: value, off: -value }),
  "swapAxes axis": (value) => S.swapAxes(x(), 0, value),
  "rot90 times": (value) => S.rot90(x(), { times: value }),
  "rot90 axis": (value) => S.rot90(x(), { axes: [value, 0] }),
  "tensorSplit parts": (value) => S.tensorSplit(x(), value, 1),
  "tensorSplit places": (value) => S.tensorSplit(x(), [value], 1),
  "chunk parts": (value) => S.chunk(x(), value, 1),
  "diagonal offset": (value) => S.diagonal(x(), { offset: value }),
  "diagonal axis": (value) => S.diagonal(x(), { axes: [0, value] }),
  "diagEmbed offset": (value) => S.diagEmbed(x(), { offset: value }),
  "trilIndices rows": (value) => S.trilIndices(value, 3),
  "trilIndices offset": (value) => S.trilIndices(2, 3, { offset: value }),
  "triuIndices columns": (value) => S.triuIndices(3, value),
  "eyeLike offset": (value) => S.eyeLike(x(), { offset: value }),
  "vander columns": (value) => S.vander(x(), { columns: value }),
  "depthToSpace block": (value) => S.depthToSpace(image(), value),
  "pixelUnshuffle factor": (value) => S.pixelUnshuffle(image(), value),
  "channelShuffle groups": (value) => S.channelShuffle(image(), value),
  "reverseSequence axis": (value) => S.reverseSequence(x(), places(), { timeAxis: value, batchAxis: 0 }),
  "slidingWindows size": (value) => S.slidingWindows(x(), value),
  "slidingWindows step": (value) => S.slidingWindows(x(), 2, { step: value }),
  "slidingWindows dilation": (value) => S.slidingWindows(x(), 2, { dilation: value }),
  "unfold kernel": (value) => S.unfold(image(), [value, 1]),
  "unfold stride": (value) => S.unfold(image(), [2, 2], { stride: value }),
  "unfold padding": (value) => S.unfold(image(), [2, 2], { padding: value }),
  "fold size": (value) => S.fold(S.zeros([1, 4, 16]), [value, 5], [2, 2]),
  "take of a position": (value) => S.take(x(), S.tensor([value]).astype("i32")),
  "scatterAdd at a position": (value) => S.scatterAdd(x(), S.tensor([value]).astype("i32"), 1),
  "sum axis": (value) => S.sum(x(), value),
  "prod axes": (value) => S.prod(x(), [0, value]),
  "mean axis": (value) => S.mean(x(), value),
  "max axis": (value) => S.max(x(), value),
  "min axis": (value) => S.min(x(), value),
  "all axis": (value) => S.all(x(), value),
  "any axis": (value) => S.any(x(), value),
  "argmax axis": (value) => S.argmax(x(), value),
  "argmin axis": (value) => S.argmin(x(), value),
  "variance axis": (value) => S.variance(x(), value),
  "variance correction": (value) => S.variance(x(), 1, { correction: value }),
  "std axis": (value) => S.std(x(), value),
  "norm axis": (value) => S.norm(x(), { axis: value }),
  "logsumexp axis": (value) => S.logsumexp(x(), value),
  "softmax axis": (value) => S.softmax(x(), value),
  "logSoftmax axis": (value) => S.logSoftmax(x(), value),
  "cumulativeSum axis": (value) => S.cumulativeSum(x(), { axis: value }),
  "cumulativeProd axis": (value) => S.cumulativeProd(x(), { axis: value }),
  "tensordot count": (value) => S.tensordot(x(), x(), value),
  "tensordot axis": (value) => S.tensordot(x(), x(), [[value], [0]]),
  "vecdot axis": (value) => S.vecdot(x(), x(), value),
  "tril diagonal": (value) => S.tril(x(), value),
  "triu diagonal": (value) => S.triu(x(), value),
  "conv2d stride": (value) => S.conv2d(image(), kernel(), { stride: value }),
  "conv2d padding": (value) => S.conv2d(image(), kernel(), { padding: value }),
  "conv2d dilation": (value) => S.conv2d(image(), kernel(), { dilation: value }),
  "conv2d groups": (value) => S.conv2d(image(), kernel(), { groups: value }),
  "convTranspose2d stride": (value) => S.convTranspose2d(image(), kernel(), { stride: value }),
  "convTranspose2d outputPadding": (value) => S.convTranspose2d(image(), kernel(), { outputPadding: value }),
  "maxPool kernel": (value) => S.maxPool(image(), [value, 1]),
  "maxPool padding": (value) => S.maxPool(image(), [2, 2], { padding: value }),
  "averagePool stride": (value) => S.averagePool(image(), [2, 2], { stride: value }),
  "random size": (value) => S.random.uniform([value]),
  "random.integers low": (value) => S.random.integers([2], value, 7),
  "random.integers high": (value) => S.random.integers([2], 0, value),
  "random.bernoulli probability": (value) => S.random.bernoulli([2], value),
  "random.permutation count": (value) => S.random.permutation(value),
  "crossEntropy class": (value) => S.nn.crossEntropy(x(), S.tensor([value, 0]).astype("i32")),
  "crossEntropy smoothing": (value) => S.nn.crossEntropy(x(), places(), { labelSmoothing: value }),
  "tensor shape": (value) => S.tensor([1, 2], { shape: [value] }),
};

/** Where the number is a value rather than an axis, a size or a count, so that fractions and NaN mean something. */
const takesAny = /value|stop|step$|position|probability|class$|correction|smoothing|low|high/;

describe("numbers that do not fit", () => {
  it.each(Object.entries(calls))("as %s give an error with values, or one result", async (label, call) => {
    const hostile = numbers.map((value) => ({ label: `${label} ${value}`, call: () => call(value) }));
    expect((await faultsOf(hostile)).join("\n")).toBe("");
    if (takesAny.test(label)) return;
    for (const value of [Number.NaN, 0.5]) expect(() => call(value), `${label} ${value}`).toThrow(SmilodonError);
  });
});

/** Operations whose results, or the parts of whose complex results, are of one input each: tensors of two devices do not meet in them. */
const apart: ReadonlySet<string> = new Set([
  "broadcastArrays",
  "meshgrid",
  "complex",
  "real",
  "imag",
  "conj",
  "fft.fftshift",
  "fft.ifftshift",
]);

it("refuses tensors of another device, and says which", async () => {
  const mixed = table.flatMap(({ name, samples }) => {
    const sample = samples.find(({ inputs }) => inputs.length > 1 && inputs.every(({ data }) => data.length > 0));
    return sample === undefined || apart.has(name) ? [] : [{ name, sample }];
  });
  const taken: string[] = [];
  for (const { name, sample } of mixed) {
    const [first, ...others] = sample.inputs;
    if (first === undefined) continue;
    const far = await onDevice("interpreter", async () => toTensor(first));
    try {
      for (const result of callSample(sample, [far, ...others.map((each) => toTensor(each))])) result.dataSync();
      taken.push(name);
    } catch (error) {
      expect(error, name).toBeInstanceOf(DeviceError);
      expect(String(error), name).toMatch(/interpreter.*wasm|wasm.*interpreter/);
    }
  }
  expect(taken).toEqual([]);
  expect(mixed.length).toBeGreaterThan(30);
});

/** What is wrong with what came of `hostile`. */
async function faultsOf(hostile: readonly HostileCall[]): Promise<string[]> {
  const expected = await outcomes("interpreter", hostile);
  const actual = await outcomes("wasm", hostile);
  return hostile.flatMap(({ label }, index) => {
    const [wanted, got] = [expected[index], actual[index]];
    if (typeof wanted !== "object" || typeof got !== "object")
      return wanted === got && String(wanted).startsWith("ok:")
        ? []
        : [`${label}: ${wanted} on one device, ${got} on the other`];
    return wanted.flatMap((value, each) => {
      const given = got[each];
      const fault = given === undefined ? "no result" : difference(given, value, { relative: 1e-4, absolute: 1e-4 });
      return fault === undefined ? [] : [`${label}: ${fault}`];
    });
  });
}

/** Of each call: its results, or what kind of error it was ("ok:" where it is as it should be). */
async function outcomes(device: string, hostile: readonly HostileCall[]): Promise<(readonly HostTensor[] | string)[]> {
  return onDevice(device, async () => {
    S.seed(1);
    const made = hostile.map(({ call }) => {
      try {
        const result = call();
        return result instanceof Tensor ? [result] : result;
      } catch (error) {
        return verdict(error);
      }
    });
    const readable = made.flatMap((each) => (typeof each === "string" ? [] : each.filter(isSmall)));
    const values = await readAll(readable);
    return made.map((each) => {
      if (typeof each === "string") return each;
      return each.every(isSmall)
        ? each.map((tensor) => values[readable.indexOf(tensor)] ?? host([0], "f32", []))
        : "ok: large";
    });
  });
}

function isSmall({ shape }: Tensor): boolean {
  return sizeOf(shape) <= mostElements;
}

function verdict(error: unknown): string {
  if (!(error instanceof SmilodonError)) return String(error);
  const namesValues = /\d|\[\]|NaN|Infinity|bool|no elements/.test(error.message);
  return namesValues ? `ok: ${error.name}` : `names no value: ${error.message}`;
}
