/** What runs along axes: reductions and running results. */
import * as s from "../../../src/index.ts";
import { between, booleans, matrixSizes, sized } from "../inputs.ts";
import { call, type Family, type Given, type Line, longs, node, type OnnxNode } from "../line.ts";

type Axis = number | undefined;
type Draw = (shape: readonly number[]) => Given;

/** How a reduction is called; the axis is put last. */
interface Calls {
  readonly tf?: string;
  readonly jax?: string;
  /** Of those that take axes as an input. */
  readonly ort?: string;
  readonly pick?: string;
}

const around = between(-4, 4);
/** Peers add a million squares one by one in single precision. */
const spread = { absolute: 1e-4, relative: 1e-3 };
/** Sums of a million numbers, in any order. */
const sums = { absolute: 0.5, relative: 1e-3 };
const axes: readonly (readonly [suffix: string, axis: Axis])[] = [
  ["", undefined],
  ["-rows", 1],
  ["-columns", 0],
];

/** Over everything, over rows and over columns. */
function reduction(
  name: string,
  ours: (x: s.Tensor, axis: Axis) => s.Tensor,
  { tf, jax, ort, pick }: Calls,
  rest: { readonly draw?: Draw; readonly agree?: Line["agree"] } = {},
): Line[] {
  const { draw = around, agree } = rest;
  return axes.map(([suffix, axis]) => ({
    name: `${name}${suffix}`,
    ours: (x) => ours(x, axis),
    sizes: sized(matrixSizes, (shape) => [draw(shape)]),
    ...(tf === undefined ? {} : { tf: { ...call(tf, axis), ...(pick === undefined ? {} : { pick }) } }),
    ...(jax === undefined ? {} : { jax: call(jax, axis) }),
    ...(ort === undefined ? {} : { ort: overAxes(ort, axis) }),
    ...(agree === undefined ? {} : { agree }),
  }));
}

function overAxes(operator: string, axis: Axis): OnnxNode {
  return node(operator, { keepdims: 0 }, axis === undefined ? {} : { more: [longs(axis)] });
}

function positionOf(name: "argmax" | "argmin", ours: typeof s.argmax, tf: string, operator: string): Line[] {
  return axes.slice(1).map(([suffix, axis]) => ({
    name: `${name}${suffix}`,
    ours: (x) => ours(x, axis),
    sizes: sized(matrixSizes, (shape) => [around(shape)]),
    tf: call(tf, axis),
    jax: call(`np.${name}`, axis),
    ort: node(operator, { axis: axis ?? 0, keepdims: 0 }, { type: "int64" }),
  }));
}

function running(
  name: string,
  ours: (x: s.Tensor, axis: number) => s.Tensor,
  peers: (axis: number) => Partial<Line>,
  draw = around,
): Line[] {
  return [["-rows", 1] as const, ["-columns", 0] as const].map(([suffix, axis]) => ({
    name: `${name}${suffix}`,
    ours: (x: s.Tensor) => ours(x, axis),
    sizes: sized(matrixSizes, (shape) => [draw(shape)]),
    ...peers(axis),
  }));
}

const reductions: readonly Line[] = [
  ...reduction("sum", s.sum, { tf: "sum", jax: "np.sum", ort: "ReduceSum" }, { agree: sums }),
  ...reduction(
    "mean",
    s.mean,
    { tf: "mean", jax: "np.mean", ort: "ReduceMean" },
    { agree: { absolute: 1e-4, relative: 1e-3 } },
  ),
  ...reduction(
    "prod",
    s.prod,
    { tf: "prod", jax: "np.prod", ort: "ReduceProd" },
    { draw: between(0.99, 1.0101), agree: { absolute: 1e-5, relative: 0.01 } },
  ),
  ...reduction("max", s.max, { tf: "max", jax: "np.max", ort: "ReduceMax" }),
  ...reduction("min", s.min, { tf: "min", jax: "np.min", ort: "ReduceMin" }),
  ...reduction("all", s.all, { tf: "all", jax: "np.all" }, { draw: booleans(1) }),
  ...reduction("any", s.any, { tf: "any", jax: "np.any" }, { draw: booleans(1) }),
  ...reduction("variance", s.variance, { tf: "moments", pick: "variance", jax: "np.var_" }, { agree: spread }),
  ...reduction("std", s.std, { jax: "np.std" }, { agree: spread }),
  ...reduction("logsumexp", s.logsumexp, { tf: "logSumExp", jax: "nn.logsumexp", ort: "ReduceLogSumExp" }),
  ...reduction("norm", s.norm, { ort: "ReduceL2" }),
  ...reduction(
    "norm-1",
    (x, axis) => s.norm(x, axis, { order: 1 }),
    { ort: "ReduceL1" },
    { agree: { absolute: 1e-3, relative: 1e-3 } },
  ),
  ...reduction("countNonzero", s.countNonzero, { jax: "np.countNonzero" }, { draw: booleans(2) }),
  ...positionOf("argmax", s.argmax, "argMax", "ArgMax"),
  ...positionOf("argmin", s.argmin, "argMin", "ArgMin"),
  {
    name: "softmax",
    ours: (x) => s.softmax(x),
    tf: "softmax",
    jax: call("nn.softmax", -1),
    ort: node("Softmax", { axis: -1 }),
    sizes: sized(matrixSizes, (shape) => [around(shape)]),
  },
  {
    name: "logSoftmax",
    ours: (x) => s.logSoftmax(x),
    tf: "logSoftmax",
    jax: call("nn.logSoftmax", -1),
    ort: node("LogSoftmax", { axis: -1 }),
    sizes: sized(matrixSizes, (shape) => [around(shape)]),
  },
  {
    name: "layerNorm",
    ours: (x, weight, bias) => s.layerNorm(x, { weight, bias }),
    ort: node("LayerNormalization", { axis: -1, epsilon: 1e-5 }),
    sizes: sized(matrixSizes, (shape) => [
      around(shape),
      ...[2, 3].map((seed) => between(-1, 1, seed)(shape.slice(-1))),
    ]),
  },
];

const cumulative: readonly Line[] = [
  ...running(
    "cumulativeSum",
    (x, axis) => s.cumulativeSum(x, { axis }),
    (axis) => ({
      tf: call("cumsum", axis),
      jax: call("np.cumsum", axis),
      ort: node("CumSum", {}, { more: [{ ...longs(axis), shape: [] }] }),
      agree: { absolute: 1e-2, relative: 1e-3 },
    }),
  ),
  ...running(
    "cumulativeProd",
    (x, axis) => s.cumulativeProd(x, { axis }),
    (axis) => ({
      tf: call("cumprod", axis),
      jax: call("np.cumprod", axis),
      agree: { absolute: 1e-5, relative: 1e-3 },
    }),
    between(0.99, 1.0101),
  ),
  ...running(
    "diff",
    (x, axis) => s.diff(x, { axis }),
    (axis) => ({ jax: call("np.diff", 1, axis) }),
  ),
  ...running(
    "trapezoid",
    (x, axis) => s.trapezoid(x, { axis }),
    (axis) => ({
      jax: call("np.trapezoid", null, { axis }),
      agree: { absolute: 1e-2, relative: 1e-3 },
    }),
  ),
];

/** Reductions and running results. */
export const along: readonly Family[] = [
  { name: "reductions", lines: reductions },
  { name: "cumulative", lines: cumulative },
];
