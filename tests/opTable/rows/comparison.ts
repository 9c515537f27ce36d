/** Rows of `tensor/comparison.ts` and `tensor/bitwise.ts`. */
import * as S from "../../../src/index.ts";
import { mapped } from "../host.ts";
import { binary, draw, integers, type OpRow, row, unary } from "../row.ts";

const bool = () => "bool" as const;
const none = { derivative: "none", result: bool } as const;
const truth = (x: number) => Number(x !== 0);
const whole = { derivative: "none", special: [], others: [...integers, "bool"] } as const;

/** Only integer samples: bits of floats are not to be had. */
function onBits(made: OpRow): OpRow {
  return { ...made, samples: made.samples.filter(({ label }) => !label.startsWith("f")) };
}

const floats = (call: () => unknown) => [
  { label: "floats", call, error: S.DtypeError, message: /integers and booleans, not for f32/ },
];
const x = () => S.zeros([2]);

/** Rows. */
export const rows: readonly OpRow[] = [
  binary(
    "equal",
    (a, b) => S.equal(a, b),
    (a, b) => Number(a === b),
    none,
  ),
  binary(
    "notEqual",
    (a, b) => S.notEqual(a, b),
    (a, b) => Number(a !== b),
    none,
  ),
  binary(
    "less",
    (a, b) => S.less(a, b),
    (a, b) => Number(a < b),
    none,
  ),
  binary(
    "lessEqual",
    (a, b) => S.lessEqual(a, b),
    (a, b) => Number(a <= b),
    none,
  ),
  binary(
    "greater",
    (a, b) => S.greater(a, b),
    (a, b) => Number(a > b),
    none,
  ),
  binary(
    "greaterEqual",
    (a, b) => S.greaterEqual(a, b),
    (a, b) => Number(a >= b),
    none,
  ),
  binary(
    "logicalAnd",
    (a, b) => S.logicalAnd(a, b),
    (a, b) => truth(a) & truth(b),
    none,
  ),
  binary(
    "logicalOr",
    (a, b) => S.logicalOr(a, b),
    (a, b) => truth(a) | truth(b),
    none,
  ),
  binary(
    "logicalXor",
    (a, b) => S.logicalXor(a, b),
    (a, b) => truth(a) ^ truth(b),
    none,
  ),
  unary(
    "logicalNot",
    (a) => S.logicalNot(a),
    (a) => 1 - truth(a),
    none,
  ),
  unary(
    "isNan",
    (a) => S.isNan(a),
    (a) => Number(Number.isNaN(a)),
    none,
  ),
  unary(
    "isInf",
    (a) => S.isInf(a),
    (a) => Number(Math.abs(a) === Infinity),
    none,
  ),
  unary(
    "isFinite",
    (a) => S.isFinite(a),
    (a) => Number(Number.isFinite(a)),
    none,
  ),
  row("where", {
    derivative: "smooth",
    samples: [
      ...(
        [
          [[4], [4], [4]],
          [[3, 1], [4], []],
          [
            [2, 3],
            [1, 3],
            [2, 1],
          ],
          [[0], [0], [1]],
        ] as const
      ).map(([c, a, b]) => ({
        label: `[${c}] [${a}] [${b}]`,
        inputs: [draw(`wherec${c}`, c, "bool"), draw(`wherea${a}`, a, "f32"), draw(`whereb${b}`, b, "f32")],
        call: (...[condition, yes, no]: S.Tensor[]) => S.where(condition ?? S.zeros([]), yes ?? 0, no ?? 0),
        expected: (...[condition, yes, no]: ReturnType<typeof draw>[]) =>
          mapped(yes?.dtype ?? "f32", (i, j, k) => (i ? j : k), ...[condition, yes, no].flatMap((each) => each ?? [])),
      })),
      {
        label: "numbers",
        inputs: [draw("wherenumbers", [5], "bool")],
        call: (condition) => S.where(condition, 1, -1),
        expected: (condition) => mapped("f32", (i) => (i ? 1 : -1), condition),
      },
    ],
    errors: [
      {
        label: "a condition of numbers",
        call: () => S.where(S.ones([2]), 1, 0),
        error: S.DtypeError,
        message: /the condition is f32; it has to be bool/,
      },
      {
        label: "shapes that do not broadcast",
        call: () => S.where(S.ones([2], { dtype: "bool" }), S.ones([3]), 0),
        error: S.ShapeError,
        message: /\[2\] and \[3\]/,
      },
    ],
  }),
  onBits(
    binary(
      "bitwiseAnd",
      (a, b) => S.bitwiseAnd(a, b),
      (a, b) => a & b,
      { ...whole, errors: floats(() => S.bitwiseAnd(x(), x())) },
    ),
  ),
  onBits(
    binary(
      "bitwiseOr",
      (a, b) => S.bitwiseOr(a, b),
      (a, b) => a | b,
      { ...whole, errors: floats(() => S.bitwiseOr(x(), x())) },
    ),
  ),
  onBits(
    binary(
      "bitwiseXor",
      (a, b) => S.bitwiseXor(a, b),
      (a, b) => a ^ b,
      { ...whole, errors: floats(() => S.bitwiseXor(x(), x())) },
    ),
  ),
  onBits(
    binary(
      "bitwiseLeftShift",
      (a, b) => S.bitwiseLeftShift(a, b),
      (a, b) => a * 2 ** b,
      {
        ...whole,
        others: integers,
        wholeDomainOfSecond: [0, 7],
        errors: floats(() => S.bitwiseLeftShift(x(), x())),
      },
    ),
  ),
  onBits(
    binary(
      "bitwiseRightShift",
      (a, b) => S.bitwiseRightShift(a, b),
      (a, b) => Math.floor(a / 2 ** b),
      {
        ...whole,
        others: integers,
        wholeDomainOfSecond: [0, 7],
        errors: floats(() => S.bitwiseRightShift(x(), x())),
      },
    ),
  ),
];
