/**
 * Holds wasm (and `native.test.ts` the native device) against the interpreter, which runs programs as they are written, on random graphs and their gradients. Used by
 * `randomGraphs.*.test.ts`, one a kind so that they run side by side. A failure prints the shrunk description and its graph;
 * SMILODON_SEED=n draws others.
 */
import { array, assert, asyncProperty, nat, noBias, tuple } from "fast-check";
import { it } from "vitest";
import { withOneOrigin } from "../../src/graph/node.ts";
import { gradientsOf, printGraph, Tensor } from "../../src/index.ts";
import { isFloat } from "../../src/shape/dtype.ts";
import { sum } from "../../src/tensor/reduce.ts";
import type { HostTensor } from "./host.ts";
import { buildGraph } from "./randomGraphs.ts";
import type { Instruction, Kind, Value } from "./randomValues.ts";
import { difference, onDevice, readAll } from "./run.ts";

/** Graphs of all kinds together: 2,000. */
const runs = { gate: { mixed: 700, f32: 700, f64: 600 }, quick: { mixed: 12, f32: 9, f64: 9 } } as const;
const sources = buildGraph([], "mixed").length;
/** How far gradients may be apart, relative to the largest derivative by any value on the way. */
const gradientErrors = { f32: 1e-5, f64: 1e-13 } as const;

const number = nat(1000);
// Without a bias to small ones, lengths are spread evenly
export const descriptions = noBias(
  array(tuple(number, number, number, number), { minLength: 1, maxLength: 40, size: "max" }),
);

/** The test of one kind. */
export function agreeOnGraphs(kind: Kind): void {
  const level = process.env.SMILODON_TESTS === "quick" ? "quick" : "gate";
  const factor = process.env.SMILODON_TESTS === "all" ? 5 : 1;
  const seed = Number(process.env.SMILODON_SEED ?? 1);
  it(`agree between devices, from seed ${seed}`, { timeout: 900_000 }, async () => {
    await assert(
      asyncProperty(descriptions, async (description: readonly Instruction[]) => {
        const fault = await disagreement(description, kind);
        if (fault !== undefined) throw new Error(fault);
      }),
      { numRuns: factor * runs[level][kind], seed },
    );
  });
}

/** What `device` has otherwise than the interpreter on the graph of `description`, with the graph. */
export async function disagreement(
  description: readonly Instruction[],
  kind: Kind,
  device = "wasm",
): Promise<string | undefined> {
  const expected = await evaluate("interpreter", description, kind);
  const actual = await evaluate(device, description, kind);
  const gradientError = kind === "mixed" ? 0 : gradientErrors[kind] * largestOf(expected.onTheWay);
  // Beyond this, products on the way to a gradient may overflow on one side only
  const isBounded = gradientError < 1e25;
  const compare = (
    name: string,
    wanted: readonly HostTensor[],
    given: readonly HostTensor[],
    errors: readonly number[],
  ) =>
    wanted.flatMap((value, index) => {
      const got = given[index];
      const tolerance = { absolute: errors[index] ?? gradientError, relative: 0 };
      const fault = got === undefined ? "is missing" : difference(got, value, tolerance);
      return fault === undefined ? [] : [`${name} ${index}: ${fault}`];
    });
  const faults = [
    ...compare("value", expected.values, actual.values, expected.errors),
    ...(isBounded ? compare("gradient by source", expected.gradients, actual.gradients, []) : []),
  ];
  return faults.length === 0 ? undefined : `${faults.join("\n")}\n${expected.text}`;
}

interface Evaluation {
  readonly values: readonly HostTensor[];
  readonly errors: readonly number[];
  readonly gradients: readonly HostTensor[];
  /** Derivatives by values that are not sources: only on the device that is the judge. */
  readonly onTheWay: readonly HostTensor[];
  readonly text: string;
}

/** The last values of the graph, every seventh on the way, and gradients by the sources, with one launch of `device`. */
export async function evaluate(device: string, description: readonly Instruction[], kind: Kind): Promise<Evaluation> {
  return onDevice(device, async () => {
    const { read, gradients, onTheWay } = withOneOrigin(() => {
      const values = buildGraph(description, kind);
      const read = values.filter((_, index) => index >= values.length - 4 || index % 7 === 6);
      const isJudge = device === "interpreter";
      return { read, ...(kind === "mixed" ? { gradients: [], onTheWay: [] } : derivatives(values, read, isJudge)) };
    });
    const tensors = read.map(({ node }) => new Tensor(node));
    const text = printGraph([...tensors, ...gradients].map(({ node }) => node));
    const results = await readAll([...tensors, ...gradients, ...onTheWay]);
    const [first, second] = [tensors.length, tensors.length + gradients.length];
    return {
      values: results.slice(0, first),
      errors: read.map(({ error }) => 4 * error),
      gradients: results.slice(first, second),
      onTheWay: results.slice(second),
      text,
    };
  });
}

/** Derivatives of a weighted sum of all elements of `read`. */
function derivatives(values: readonly Value[], read: readonly Value[], isJudge: boolean) {
  const floats = (among: readonly Value[]) =>
    among.flatMap(({ node }) => (isFloat(node.type.dtype) ? [new Tensor(node)] : []));
  const parts = read.flatMap(({ node, bound }, index) =>
    isFloat(node.type.dtype) ? [sum(new Tensor(node)).multiply((1 + index / 8) / Math.max(1, bound))] : [],
  );
  const [first, ...others] = parts;
  if (first === undefined) return { gradients: [], onTheWay: [] };
  const loss = others.reduce((total: Tensor, part) => total.add(part), first);
  const wrt = floats(values.slice(0, sources));
  const way = isJudge ? floats(values.slice(sources)) : [];
  const found = gradientsOf(loss, [...wrt, ...way]);
  return { gradients: found.slice(0, wrt.length), onTheWay: found.slice(wrt.length) };
}

function largestOf(tensors: readonly HostTensor[]): number {
  return tensors.reduce(
    (most, { data }) => data.reduce((largest, value) => Math.max(largest, Math.abs(value)), most),
    1,
  );
}
