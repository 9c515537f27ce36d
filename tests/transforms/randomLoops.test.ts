/** Loops with random bodies against the same bodies run step by step: values and derivatives, eager, compiled, batched. */
import { expect, test } from "vitest";
import {
  compile,
  cond,
  cumulativeSum,
  flip,
  grad,
  jvp,
  scan,
  softmax,
  stack,
  type Tensor,
  take,
  tensor,
  vmap,
  where,
} from "../../src/index.ts";
import { randomNumbers } from "./randomNumbers.ts";

const cases = 30;
const size = 3;

interface Given {
  readonly carries: readonly Tensor[];
  readonly outside: readonly Tensor[];
  readonly slices: readonly Tensor[];
}

/** `steps` times `body`, from `carry`. */
type Repeat = (steps: number, body: (carry: Tensor) => Tensor, carry: Tensor) => Tensor;

const repeatInLoop: Repeat = (length, body, carry) =>
  scan((state: Tensor, _: null) => [body(state), null] as const, carry, null, { length })[0];

const repeatWritten: Repeat = (length, body, carry) =>
  Array.from({ length }).reduce((state: Tensor) => body(state), carry);

/** `x` repeated or summed until it has `shape`. */
function fit(x: Tensor, shape: readonly number[]): Tensor {
  if (x.rank > shape.length) return fit(x.sum(0), shape);
  return x.broadcastTo(shape);
}

type Operation = (x: Tensor, y: Tensor, repeat: Repeat) => Tensor;

const square = [size, size];
const operations: readonly Operation[] = [
  (x, y) => x.add(y).multiply(0.5),
  (x, y) => x.multiply(y),
  (x) => x.tanh(),
  (x, y) => x.sin().subtract(y),
  (x, y) => fit(x, square).matmul(fit(y, square)).multiply(0.25),
  (x) => (x.rank > 0 ? x.sum(-1).multiply(0.3) : x.negative()),
  (x) => (x.rank > 0 ? softmax(x, -1) : x.square()),
  (x) => (x.rank > 0 ? flip(x, 0) : x.add(1)),
  (x) => (x.rank > 0 ? cumulativeSum(x, { axis: 0 }).multiply(0.3) : x.multiply(0.7)),
  (x) => where(x.greater(0), x, x.multiply(0.1)),
  (x, y, repeat) => repeat(2, (state) => state.add(y).multiply(0.4).tanh(), x.add(y)),
  (x, y) =>
    cond(
      y.sum().greater(0.1),
      (v: Tensor) => v.multiply(0.5),
      (v: Tensor) => v.sin(),
      x,
    ),
];

/** Losses of one random body, as a loop and written out, and what they are given. */
function drawLoop(seed: number) {
  const { choose, number } = randomNumbers(seed);
  const values = (shape: readonly number[]) => {
    const count = shape.reduce((product, each) => product * each, 1);
    return tensor(
      Array.from({ length: count }, () => number() * 2 - 1),
      { dtype: "f64" },
    ).reshape(shape);
  };
  const shapes = (least: number, most: number) =>
    Array.from({ length: choose(most - least + 1) + least }, () => [[], [size], square][choose(3)] ?? []);
  const length = [1, 2, 3, 6][choose(4)] ?? 1;
  const reverse = choose(3) === 0;
  const states = shapes(1, 3);
  const given: Given = {
    carries: states.map(values),
    outside: shapes(0, 2).map(values),
    slices: shapes(1, 2).map((shape) => values([length, ...shape])),
  };
  const program = Array.from({ length: 2 + choose(8) }, () => [choose(operations.length), number(), number()] as const);
  const last = states.map(() => choose(4));
  const step = (repeat: Repeat, carries: readonly Tensor[], slices: readonly Tensor[], outside: readonly Tensor[]) => {
    const made = [...carries, ...slices, ...outside];
    const pick = (position: number) => made[Math.floor(position * made.length)] ?? tensor(0, { dtype: "f64" });
    for (const [operation, a, b] of program) made.push(operations[operation]?.(pick(a), pick(b), repeat) ?? pick(a));
    const next = states.map((shape, index) => fit(made.at(-1 - (last[index] ?? 0)) ?? pick(0), shape).tanh());
    return [next, pick(0.9)] as const;
  };
  const total = (parts: readonly Tensor[]) =>
    parts.map((each) => each.sin().sum()).reduce((sum, each) => sum.add(each));
  const looped = ({ carries, outside, slices }: Given) => {
    const before = outside.map((each) => each.sin());
    const body = (state: readonly Tensor[], slice: readonly Tensor[]) => step(repeatInLoop, state, slice, before);
    const [end, results] = scan(body, carries, slices, { reverse });
    return total([...end, results]);
  };
  const written = ({ carries, outside, slices }: Given) => {
    const before = outside.map((each) => each.sin());
    let state = carries;
    const results: Tensor[] = [];
    for (let count = 0; count < length; count++) {
      const place = tensor(reverse ? length - 1 - count : count, { dtype: "i32" });
      const [next, result] = step(
        repeatWritten,
        state,
        slices.map((each) => take(each, place)),
        before,
      );
      state = next;
      results.push(result);
    }
    return total([...state, stack(reverse ? results.reverse() : results)]);
  };
  return { given, looped, written };
}

async function numbersOf({ carries, outside, slices }: Given): Promise<number[]> {
  const all: number[] = [];
  for (const each of [...carries, ...outside, ...slices]) all.push(...Array.from(await each.data(), Number));
  return all;
}

test("loops are what their steps are, one after the other", { timeout: 120_000 }, async () => {
  for (let seed = 1; seed <= cases; seed++) {
    const { given, looped, written } = drawLoop(seed);
    const close = (found: readonly number[], expected: readonly number[]) =>
      found.forEach((each, index) =>
        expect(each, `seed ${seed}, number ${index}`).toBeCloseTo(expected[index] ?? NaN, 9),
      );
    const [value, slope] = [Number(await written(given).item()), await numbersOf(grad(written)(given))];
    close([Number(await looped(given).item()), Number(await compile(looped)(given).item())], [value, value]);
    close(await numbersOf(grad(looped)(given)), slope);
    close(await numbersOf(compile((all: Given) => grad(looped)(all))(given)), slope);
    const along = (await numbersOf(given)).reduce((sum, each, index) => sum + each * (slope[index] ?? NaN), 0);
    close([Number(await jvp(looped, [given], [given])[1].item())], [along]);
    if (seed % 4 > 0) continue;
    const twice = (all: readonly Tensor[]) => all.map((each) => stack([each.multiply(0.5), each]));
    const both = {
      carries: twice(given.carries),
      outside: twice(given.outside),
      slices: twice(given.slices),
    };
    close([Number(await take(vmap(looped)(both), tensor(1, { dtype: "i32" })).item())], [value]);
  }
});
