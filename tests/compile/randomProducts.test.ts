/**
 * Products of 1 to 300 rows, columns and terms against three loops in JavaScript: batched, transposed, with maps before and
 * after, in place, on one thread and on two.
 */
import { expect, test } from "vitest";
import { compile, Parameter, setThreads, type Tensor, tensor } from "../../src/index.ts";
import { randomNumbers } from "../transforms/randomNumbers.ts";

const cases = 36;
const mostProducts = 1e6;

/** What is done to an element of an operand before, on both sides. */
const before: readonly { readonly tensor: (x: Tensor) => Tensor; readonly number: (x: number) => number }[] = [
  { tensor: (x) => x, number: (x) => x },
  { tensor: (x) => x.square().add(1), number: (x) => x * x + 1 },
  { tensor: (x) => x.maximum(0), number: (x) => Math.max(0, x) },
];

/** What becomes of a sum: with a number for its column, and with what stood in its place. */
interface After {
  readonly tensor: (sum: Tensor, bias: Tensor, old: Tensor) => Tensor;
  readonly number: (sum: number, bias: number, old: number) => number;
}
const after: readonly After[] = [
  { tensor: (sum) => sum, number: (sum) => sum },
  { tensor: (sum, bias) => sum.add(bias).maximum(0), number: (sum, bias) => Math.max(0, sum + bias) },
  { tensor: (sum, _, old) => old.subtract(sum.multiply(0.25)), number: (sum, _, old) => old - 0.25 * sum },
  { tensor: (sum, bias, old) => old.multiply(bias).add(sum), number: (sum, bias, old) => old * bias + sum },
];

function drawProduct(seed: number) {
  const { choose, number } = randomNumbers(seed);
  const side = () => 1 + choose([4, 40, 140, 300][choose(4)] ?? 4);
  const batch = choose(3) === 0 ? 1 + choose(3) : 1;
  const [m, n] = [side(), side()];
  const k = Math.min(side(), Math.max(1, Math.floor(mostProducts / (m * n * batch))));
  const values = (count: number) =>
    Float64Array.from({ length: count }, () => Math.round((number() * 2 - 1) * 64) / 64);
  return {
    sizes: { batch, m, n, k },
    dtype: choose(2) === 0 ? ("f64" as const) : ("f32" as const),
    isTurned: [choose(2) === 0, choose(2) === 0] as const,
    maps: [before[choose(3)] ?? before[0], before[choose(3)] ?? before[0]] as const,
    finish: after[choose(4)] ?? after[0],
    a: values(batch * m * k),
    b: values(batch * k * n),
    bias: values(n),
    old: values(batch * m * n),
  };
}

type Drawn = ReturnType<typeof drawProduct>;

/** What the parameter holds after `times` steps. */
function expectedOf({ sizes: { batch, m, n, k }, isTurned, maps, finish, a, b, bias, old }: Drawn, times: number) {
  return old.map((start, place) => {
    const [column, row, group] = [place % n, Math.floor(place / n) % m, Math.floor(place / n / m) % batch];
    let sum = 0;
    for (let term = 0; term < k; term++) {
      const left = a[group * m * k + (isTurned[0] ? term * m + row : row * k + term)] ?? NaN;
      const right = b[group * k * n + (isTurned[1] ? column * k + term : term * n + column)] ?? NaN;
      sum += (maps[0]?.number(left) ?? NaN) * (maps[1]?.number(right) ?? NaN);
    }
    let value = start;
    for (let time = 0; time < times; time++) value = finish?.number(sum, bias[column] ?? NaN, value) ?? NaN;
    return value;
  });
}

async function found(drawn: Drawn, times: number) {
  const { sizes, dtype, isTurned, maps, finish, ...given } = drawn;
  const { batch, m, n, k } = sizes;
  const place = (values: Float64Array, ...shape: number[]) => tensor(Array.from(values), { dtype }).reshape(shape);
  const parameter = new Parameter(place(given.old, batch, m, n));
  const operand = (x: Tensor, side: 0 | 1) => {
    const turned = isTurned[side] ? x.permuteDims([0, 2, 1]) : x;
    return maps[side]?.tensor(turned) ?? turned;
  };
  const step = compile((a: Tensor, b: Tensor, bias: Tensor) => {
    const sum = operand(a, 0).matmul(operand(b, 1));
    parameter.assign(finish?.tensor(sum, bias, parameter.value) ?? sum);
  });
  const a = isTurned[0] ? place(given.a, batch, k, m) : place(given.a, batch, m, k);
  const b = isTurned[1] ? place(given.b, batch, n, k) : place(given.b, batch, k, n);
  for (let time = 0; time < times; time++) step(a, b, place(given.bias, n));
  return parameter.value.data();
}

test("products of all sizes are right, also in place and shared", { timeout: 120_000 }, async () => {
  const threads = setThreads(1);
  try {
    for (let seed = 1; seed <= cases; seed++) {
      const drawn = drawProduct(seed);
      const alone = await found(drawn, 2);
      const about = `seed ${seed}: ${JSON.stringify({ ...drawn.sizes, dtype: drawn.dtype, isTurned: drawn.isTurned })}`;
      const bar = (drawn.dtype === "f64" ? 1e-12 : 1e-5) * (drawn.sizes.k + 2);
      const expected = expectedOf(drawn, 2);
      const wrong = expected.findIndex((each, index) => !(Math.abs(each - Number(alone[index])) <= bar));
      expect(wrong, `${about}: ${alone[wrong]} instead of ${expected[wrong]}`).toBe(-1);
      if (threads === 1) continue;
      setThreads(threads);
      expect(await found(drawn, 2), about).toEqual(alone);
      setThreads(1);
    }
  } finally {
    setThreads(threads);
  }
});
