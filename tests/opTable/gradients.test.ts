/**
 * Derivatives of every operation, in f64: reverse mode against central differences of the reference, forward mode
 * against reverse mode, and second derivatives, where the table says that there are any.
 */
import { describe, expect, it } from "vitest";
import { grad, jvp, type Tensor, vjp } from "../../src/index.ts";
import { isFloat } from "../../src/shape/dtype.ts";
import { as, count, type HostTensor } from "./host.ts";
import { draw, type OpRow, type Sample } from "./row.ts";
import { callSample, devices, expectedOf, faultsOf, onDevice, readAll, sampledOf, toTensor } from "./run.ts";
import { table } from "./table.ts";

const differentiable = table.filter(({ derivative }) => derivative !== "none");
/** Central differences of the reference lose a third of the digits, second ones half. */
const first = { relative: 2e-6, absolute: 2e-7 };
const second = { relative: 2e-4, absolute: 1e-4 };
const exact = { relative: 1e-9, absolute: 1e-10 };
/** Inputs with more elements are not differentiated element by element. */
const mostElements = 40;

describe.each(devices)("on %s", (device) => {
  it.each(differentiable)("$name has the derivatives of its reference", async (row) => {
    const samples = samplesOf(row);
    expect(samples.length, "samples with derivatives").toBeGreaterThan(0);
    // Rules make graphs, whatever the device: the slow one sees fewer of them
    expect(await onDevice(device, () => firstFaults(sampledOf(row, samples, device === "wasm" ? 3 : 1)))).toBe("");
  });
});

describe("on wasm", () => {
  it.each(differentiable.filter(({ derivative }) => derivative === "smooth"))(
    "$name has the second derivatives of its reference",
    async (row) => {
      expect(await onDevice("wasm", () => secondFaults(sampledOf(row, samplesOf(row), 2)))).toBe("");
    },
  );
});

/** A sample in f64, with a direction for each float input and weights for each result. */
interface Case {
  readonly label: string;
  readonly sample: Sample;
  readonly inputs: readonly HostTensor[];
  /** Positions of the float inputs, which are differentiated. */
  readonly floats: readonly number[];
  readonly directions: readonly HostTensor[];
  readonly weights: readonly HostTensor[];
}

function samplesOf(row: OpRow): Case[] {
  return row.samples.flatMap((sample) => {
    const inputs = sample.inputs.map((input) => (isFloat(input.dtype) ? as("f64", input) : input));
    const floats = inputs.flatMap((input, index) => (isFloat(input.dtype) && input.data.length > 0 ? [index] : []));
    const elements = floats.reduce((total, index) => total + (inputs[index]?.data.length ?? 0), 0);
    if (sample.hasDerivative === false || floats.length === 0 || elements > mostElements) return [];
    const results = expectedOf(sample, inputs);
    if (!results.some(({ dtype }) => dtype === "f64")) return [];
    const label = `${row.name} ${sample.label}`;
    return [
      {
        label,
        sample,
        inputs,
        floats,
        directions: floats.map((index) =>
          draw(`direction ${label} ${index}`, inputs[index]?.shape ?? [], "f64", [-1, 1]),
        ),
        weights: results.map((result, index) => draw(`weights ${label} ${index}`, result.shape, "f64", [-1, 1])),
      },
    ];
  });
}

/** Σ weights · results: one number, of the reference. */
function weighed({ sample, weights }: Case, inputs: readonly HostTensor[]): number {
  return expectedOf(sample, inputs).reduce(
    (total, result, part) =>
      total + result.data.reduce((sum, value, index) => sum + value * (weights[part]?.data[index] ?? 0), 0),
    0,
  );
}

/** The inputs, moved by `amount` of each element of `directions`. */
function moved({ inputs, floats }: Case, directions: readonly HostTensor[], amount: number): HostTensor[] {
  return inputs.map((input, index) => {
    const direction = directions[floats.indexOf(index)];
    return floats.includes(index)
      ? { ...input, data: input.data.map((value, each) => value + amount * (direction?.data[each] ?? 0)) }
      : input;
  });
}

const step = 1e-5;

/** The derivative of the weighed reference with respect to each float input, by central differences. */
function differences(given: Case): HostTensor[] {
  return given.floats.map((position, which) => {
    const shape = given.inputs[position]?.shape ?? [];
    const data = Array.from({ length: count(shape) }, (_, index) => {
      const unit = given.directions.map((direction, other) => ({
        ...direction,
        data: direction.data.map((__, each) => Number(other === which && each === index)),
      }));
      return (weighed(given, moved(given, unit, step)) - weighed(given, moved(given, unit, -step))) / (2 * step);
    });
    return { shape, dtype: "f64", data };
  });
}

/** The sample as a function of its float inputs only. */
function functionOf({ sample, inputs, floats }: Case): (...given: Tensor[]) => readonly Tensor[] {
  const all = inputs.map((input) => toTensor(input));
  return (...given) =>
    callSample(
      sample,
      all.map((tensor, index) => (floats.includes(index) ? (given[floats.indexOf(index)] ?? tensor) : tensor)),
    );
}

function inner(a: readonly Tensor[], b: readonly Tensor[]): Tensor {
  const parts = a.map((tensor, index) => tensor.multiply(b[index] ?? 0).sum());
  return parts.reduce((total, part) => total.add(part));
}

async function firstFaults(cases: readonly Case[]): Promise<string> {
  const engine = cases.map((given) => {
    const primals = given.floats.map((index) =>
      toTensor(given.inputs[index] ?? { shape: [], dtype: "f64", data: [0] }),
    );
    const f = functionOf(given);
    const [tangents, cotangents] = [
      given.directions.map((each) => toTensor(each)),
      given.weights.map((each) => toTensor(each)),
    ];
    const [, pullBack] = vjp(f, ...primals);
    const gradients = pullBack(cotangents);
    const [, change] = jvp(f, primals, tangents);
    return { gradients, reverse: inner(gradients, tangents), forward: inner(change, cotangents) };
  });
  const values = await readAll(engine.flatMap(({ gradients, reverse, forward }) => [...gradients, reverse, forward]));
  let next = 0;
  const compared = cases.flatMap((given, index) => {
    const parts = differences(given).map((expected, part) => ({
      label: `${given.label}, input ${part}`,
      actual: values[next++],
      expected,
      tolerance: first,
    }));
    const [reverse, forward] = [values[next++], values[next++]];
    return [
      ...parts,
      {
        label: `${given.label}, forward against reverse (${index})`,
        actual: forward,
        expected: reverse ?? { shape: [], dtype: "f64" as const, data: [NaN] },
        tolerance: exact,
      },
    ];
  });
  return faultsOf(compared);
}

/** φ = Σ weights · f: vᵀ H v by differences; H v by reverse over reverse and by forward over reverse. */
async function secondFaults(cases: readonly Case[]): Promise<string> {
  const engine = cases.map((given) => {
    const primals = given.floats.map((index) =>
      toTensor(given.inputs[index] ?? { shape: [], dtype: "f64", data: [0] }),
    );
    const tangents = given.directions.map((each) => toTensor(each));
    const weights = given.weights.map((each) => toTensor(each));
    const slope = grad((inputs: readonly Tensor[]) => inner(functionOf(given)(...inputs), weights));
    const reverse = grad((inputs: readonly Tensor[]) => inner(slope(inputs), tangents))(primals);
    const [, forward] = jvp(slope, [primals], [tangents]);
    return { curvature: inner(reverse, tangents), reverse, forward };
  });
  const values = await readAll(
    engine.flatMap(({ curvature, reverse, forward }) => [curvature, ...reverse, ...forward]),
  );
  let next = 0;
  const compared = cases.flatMap((given) => {
    const h = 1e-4;
    const at = (amount: number) => weighed(given, moved(given, given.directions, amount));
    const expected: HostTensor = { shape: [], dtype: "f64", data: [(at(h) - 2 * at(0) + at(-h)) / h ** 2] };
    const curvature = { label: `${given.label}, curvature`, actual: values[next++], expected, tolerance: second };
    const reverse = given.floats.map(() => values[next++]);
    const forward = given.floats.map((_, part) => ({
      label: `${given.label}, forward over reverse of input ${part}`,
      actual: values[next++],
      expected: reverse[part] ?? expected,
      tolerance: exact,
    }));
    return [curvature, ...forward];
  });
  return faultsOf(compared);
}
