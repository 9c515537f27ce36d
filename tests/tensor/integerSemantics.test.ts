/**
 * What integers and booleans do where hardware and languages differ: wrapping, division by zero, the lowest number by −1,
 * shifts by too much, conversions of what has no place. The same on every device, and by a table for every pair of dtypes.
 */
import { describe, expect, it } from "vitest";
import { InterpreterDevice } from "../../src/device/interpreter/interpreterDevice.ts";
import { NativeDevice } from "../../src/device/native/nativeDevice.node.ts";
import * as S from "../../src/index.ts";
import { allDtypes, type Dtype, dtypes, isFloat } from "../../src/shape/dtype.ts";
import { hasNative } from "../device/native/available.ts";
import { onDevice } from "../opTable/run.ts";

S.registerDevice("interpreter", () => new InterpreterDevice());
S.registerDevice("native", () => new NativeDevice());

const devices = ["interpreter", "wasm", ...(hasNative ? ["native"] : [])];
const integers = allDtypes.filter((dtype) => dtypes[dtype].kind === "integer");
const of = (values: readonly (number | bigint)[], dtype: Dtype) => S.tensor([...values], { dtype });
const bits = (dtype: Dtype) => 8 * dtypes[dtype].bytes;
const isSigned = (dtype: Dtype) => dtypes[dtype].lowest < 0;
const low = (dtype: Dtype) => (isSigned(dtype) ? -(2n ** BigInt(bits(dtype) - 1)) : 0n);
const high = (dtype: Dtype) => low(dtype) + 2n ** BigInt(bits(dtype)) - 1n;
const wrap = (dtype: Dtype, value: bigint) =>
  isSigned(dtype) ? BigInt.asIntN(bits(dtype), value) : BigInt.asUintN(bits(dtype), value);

function floorDivide(a: bigint, b: bigint): bigint {
  if (b === 0n) return 0n;
  return a / b - (a % b !== 0n && a < 0n !== b < 0n ? 1n : 0n);
}

const remainder = (a: bigint, b: bigint) => (b === 0n ? 0n : a - floorDivide(a, b) * b);
/** The sign of C: of the dividend. */
const fmod = (a: bigint, b: bigint) => (b === 0n ? 0n : a % b);

/** A shift; a count that is not a number of places shifts everything out. */
function shift(dtype: Dtype, a: bigint, count: bigint, isLeft: boolean): bigint {
  if (count < 0n || count >= BigInt(bits(dtype))) return isLeft || a >= 0n ? 0n : -1n;
  return isLeft ? a << count : a >> count;
}

type Exact = (a: bigint, b: bigint, dtype: Dtype) => bigint;
type Call = (a: S.Tensor, b: S.Tensor) => S.Tensor;

const exact: Record<string, readonly [Call, Exact]> = {
  add: [S.add, (a, b) => a + b],
  subtract: [S.subtract, (a, b) => a - b],
  multiply: [S.multiply, (a, b) => a * b],
  floorDivide: [S.floorDivide, floorDivide],
  remainder: [S.remainder, remainder],
  fmod: [S.fmod, fmod],
  bitwiseLeftShift: [S.bitwiseLeftShift, (a, b, dtype) => shift(dtype, a, b, true)],
  bitwiseRightShift: [S.bitwiseRightShift, (a, b, dtype) => shift(dtype, a, b, false)],
};

/** Numbers at both ends, around zero, and counts of places around the width. */
function hard(dtype: Dtype): bigint[] {
  const width = BigInt(bits(dtype));
  const list = [
    low(dtype),
    low(dtype) + 1n,
    -7n,
    -2n,
    -1n,
    0n,
    1n,
    2n,
    3n,
    7n,
    width - 1n,
    width,
    width + 1n,
    high(dtype) - 1n,
  ];
  return [...list, high(dtype)].filter((each) => each >= low(dtype) && each <= high(dtype));
}

describe.each(devices)("on %s", (device) => {
  it.each(Object.entries(exact))(
    "%s of all pairs of hard integers is what it is everywhere",
    async (name, [call, meaning]) => {
      await onDevice(device, async () => {
        const cases = integers.map((dtype) => {
          const pairs = hard(dtype).flatMap((a) => hard(dtype).map((b) => [a, b] as const));
          const parts = [0, 1].map((part) =>
            of(
              pairs.map((pair) => pair[part] ?? 0n),
              dtype,
            ),
          );
          const [a = S.zeros([]), b = S.zeros([])] = parts;
          return { dtype, pairs, result: call(a, b) };
        });
        for (const { dtype, pairs, result } of cases) {
          expect(result.dtype).toBe(dtype);
          const found = await result.bigints();
          const faults = pairs.flatMap(([a, b], index) => {
            const want = wrap(dtype, meaning(a, b, dtype));
            return found[index] === want ? [] : [`${name}(${a}, ${b}) of ${dtype} is ${found[index]}, not ${want}`];
          });
          expect(faults).toEqual([]);
        }
      });
    },
  );

  it("negative, abs and sums wrap", async () => {
    await onDevice(device, async () => {
      for (const dtype of integers.filter(isSigned)) {
        const lowest = of([low(dtype), low(dtype)], dtype);
        expect(await lowest.negative().bigints()).toEqual(BigInt64Array.of(low(dtype), low(dtype)));
        expect(await lowest.abs().bigints()).toEqual(BigInt64Array.of(low(dtype), low(dtype)));
      }
      expect(
        await of([255, 1], "u8")
          .add(of([1, 255], "u8"))
          .toArray(),
      ).toEqual([0, 0]);
      expect(
        await of([2 ** 31 - 1, 1], "i32")
          .sum()
          .item(),
      ).toBe(-(2 ** 31));
      expect(await of([100, 100], "i8").sum().item()).toBe(200);
      expect(
        await of([1, 0, 1], "bool")
          .add(of([1, 0, 0], "bool"))
          .toArray(),
      ).toEqual([2, 0, 1]);
    });
  });

  it("floats become integers by dropping the fraction, stopping at the ends, and NaN becomes 0", async () => {
    const floats = [NaN, Infinity, -Infinity, -0.5, -0, 0.99, 1.5, -1.5, 2.5, 254.7, 3e9, -3e9, 1e30, -1e30];
    await onDevice(device, async () => {
      for (const from of ["f32", "f64"] as const)
        for (const to of integers) {
          const cut = (value: number) => {
            if (Number.isNaN(value)) return 0n;
            if (value >= Number(high(to))) return high(to);
            if (value <= Number(low(to))) return low(to);
            return BigInt(Math.trunc(value));
          };
          expect([...(await of(floats, from).astype(to).bigints())], `${from} to ${to}`).toEqual(floats.map(cut));
        }
    });
  });

  it("rounds halves to the even integer, and stops integers at the ends, where it is asked to", async () => {
    await onDevice(device, async () => {
      const x = of([0.5, 1.5, 2.5, -0.5, -1.5, -2.5, 2.4999, 300, -300, NaN], "f32");
      expect(await x.astype("i8", { round: true }).toArray()).toEqual([0, 2, 2, 0, -2, -2, 2, 127, -128, 0]);
      for (const from of integers)
        for (const to of integers) {
          const values = hard(from);
          const kept = values.map((each) => (each < low(to) ? low(to) : each > high(to) ? high(to) : each));
          const saturated = await of(values, from).astype(to, { saturate: true }).bigints();
          expect([...saturated], `${from} to ${to}, saturated`).toEqual(kept);
          const wrapped = await of(values, from).astype(to).bigints();
          expect([...wrapped], `${from} to ${to}`).toEqual(values.map((each) => wrap(to, each)));
        }
    });
  });

  it("halves are rounded to the nearest, halfway to the even one", async () => {
    await onDevice(device, async () => {
      expect(
        await of([2049, 2051, 65519, 65520, 2 ** -25, 1.5 * 2 ** -24], "f32")
          .astype("f16")
          .toArray(),
      ).toEqual([2048, 2052, 65504, Infinity, 0, 2 ** -23]);
      expect(await of([257, 259, 3.4e38], "f32").astype("bf16").toArray()).toEqual([256, 260, Infinity]);
    });
  });
});

/** What two dtypes become, from their ranges: the smallest that holds both; integers become the float that they meet. */
function promoted(a: Dtype, b: Dtype): Dtype {
  if (a === b) return a;
  if (isFloat(a) && isFloat(b)) return bits(a) === bits(b) ? "f32" : bits(a) > bits(b) ? a : b;
  if (isFloat(a) || isFloat(b)) return isFloat(a) ? a : b;
  if (a === "bool" || b === "bool") return a === "bool" ? b : a;
  const [least, most] = [low(a) < low(b) ? low(a) : low(b), high(a) > high(b) ? high(a) : high(b)];
  const holding = integers.filter((dtype) => low(dtype) <= least && high(dtype) >= most);
  return holding.sort((x, y) => bits(x) - bits(y))[0] ?? "i64";
}

const same = (dtype: Dtype) => dtype;
const counted = (dtype: Dtype): Dtype => (dtype === "bool" ? "i32" : dtype);
const floating = (dtype: Dtype): Dtype => (isFloat(dtype) ? dtype : "f32");
const bool = (): Dtype => "bool";
type Binary = (a: S.Operand, b: S.Operand) => S.Tensor;

/** Every operation of two operands, and what becomes of the promoted dtype. */
const binaries: Record<string, readonly [call: Binary, result: (dtype: Dtype) => Dtype, only?: "bits"]> = {
  add: [S.add, counted],
  subtract: [S.subtract, counted],
  multiply: [S.multiply, counted],
  divide: [S.divide, floating],
  floorDivide: [S.floorDivide, counted],
  remainder: [S.remainder, counted],
  fmod: [S.fmod, counted],
  maximum: [S.maximum, same],
  minimum: [S.minimum, same],
  fmax: [S.fmax, same],
  fmin: [S.fmin, same],
  equal: [S.equal, bool],
  notEqual: [S.notEqual, bool],
  less: [S.less, bool],
  lessEqual: [S.lessEqual, bool],
  greater: [S.greater, bool],
  greaterEqual: [S.greaterEqual, bool],
  isClose: [S.isClose, bool],
  logicalAnd: [S.logicalAnd, bool],
  logicalOr: [S.logicalOr, bool],
  logicalXor: [S.logicalXor, bool],
  logaddexp: [S.logaddexp, floating],
  hypot: [S.hypot, floating],
  atan2: [S.atan2, floating],
  copysign: [S.copysign, floating],
  nextafter: [S.nextafter, floating],
  xlogy: [S.xlogy, floating],
  heaviside: [S.heaviside, counted],
  bitwiseAnd: [S.bitwiseAnd, same, "bits"],
  bitwiseOr: [S.bitwiseOr, same, "bits"],
  bitwiseXor: [S.bitwiseXor, same, "bits"],
  bitwiseLeftShift: [S.bitwiseLeftShift, same, "bits"],
  bitwiseRightShift: [S.bitwiseRightShift, same, "bits"],
};

/** Numbers beside a tensor: whole ones keep its dtype, others make integers f32, booleans change nothing. */
const scalars: readonly (readonly [number | boolean, (dtype: Dtype) => Dtype])[] = [
  [1, counted],
  [0.5, floating],
  [true, same],
];

describe.each(Object.entries(binaries))("%s", (_name, [call, result, only]) => {
  const taken = allDtypes.filter((dtype) => only !== "bits" || !isFloat(dtype));

  it("promotes every pair of dtypes", () => {
    for (const a of taken)
      for (const b of taken)
        expect(call(S.zeros([2], { dtype: a }), S.zeros([2], { dtype: b })).dtype, `${a} and ${b}`).toBe(
          result(promoted(a, b)),
        );
  });

  it("takes numbers and booleans on either side", () => {
    for (const dtype of taken)
      for (const [scalar, joined] of scalars) {
        const type = joined(dtype);
        if (only === "bits" && isFloat(type)) continue;
        const x = S.zeros([2], { dtype });
        expect(call(x, scalar).dtype, `${dtype} and ${scalar}`).toBe(result(type));
        expect(call(scalar, x).dtype, `${scalar} and ${dtype}`).toBe(result(type));
      }
  });

  if (only !== "bits") return;
  it("refuses floats", () => {
    for (const dtype of allDtypes.filter(isFloat)) expect(() => call(S.zeros([2], { dtype }), 1)).toThrow(S.DtypeError);
  });
});
