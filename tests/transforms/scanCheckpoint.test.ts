/** Scans that keep some of their carries: the same numbers as those that keep all, in the memory that they promise. */
import { describe, expect, test } from "vitest";
import {
  ArgumentError,
  compile,
  explainPlan,
  grad,
  jvp,
  random,
  scan,
  seed,
  type Tensor,
  valueAndGrad,
  vmap,
  zeros,
} from "../../src/index.ts";

const hidden = 4;

interface Options {
  readonly every?: number;
  readonly reverse?: boolean;
}

/** A recurrent network of captured weights; gives the last state and all others. */
const network =
  ({ every, reverse = false }: Options) =>
  (weights: Tensor, xs: Tensor, first: Tensor) => {
    const how = every === undefined ? { reverse } : { reverse, checkpointEvery: every };
    const step = (state: Tensor, x: Tensor) => {
      const next = state.matmul(weights).add(x).tanh();
      return [next, next.square().sum()] as const;
    };
    return scan(step, first, xs, how);
  };

/** A number that depends on the last state and on every stacked result. */
const loss = (options: Options) => (weights: Tensor, xs: Tensor, first: Tensor) => {
  const [last, squares] = network(options)(weights, xs, first);
  return last.sum().add(squares.multiply(squares).sum());
};

function given(length: number): [weights: Tensor, xs: Tensor, first: Tensor] {
  seed(7);
  const draw = (...shape: number[]) => random.normal(shape, { dtype: "f64" }).multiply(0.5);
  return [draw(hidden, hidden), draw(length, 2, hidden), draw(2, hidden)];
}

const numbers = async (tensors: readonly Tensor[]) =>
  (await Promise.all(tensors.map((each) => each.data()))).map((data) => [...data].map(Number));

function expectNear(found: readonly number[][], expected: readonly number[][], relative = 1e-12): void {
  found.forEach((list, which) => {
    const other = expected[which] ?? [];
    expect(list.length).toBe(other.length);
    list.forEach((value, index) => {
      const difference = Math.abs(value - (other[index] ?? NaN));
      expect(difference).toBeLessThanOrEqual(relative * (1 + Math.abs(value)));
    });
  });
}

const all = { argument: [0, 1, 2] } as const;

describe("a scan that keeps one carry in k", () => {
  for (const [length, every, reverse] of [
    [12, 3, false],
    [13, 4, true],
    [7, 6, false],
    [5, 9, true],
    [0, 3, false],
  ] as const)
    test(`has equal values and gradients: ${length} steps, every ${every}${reverse ? ", reversed" : ""}`, async () => {
      const inputs = given(length);
      const [plain, blocks] = [network({ reverse }), network({ every, reverse })];
      expect(await numbers(blocks(...inputs))).toEqual(await numbers(plain(...inputs)));
      const expected = await numbers(grad(loss({ reverse }), all)(...inputs));
      expectNear(await numbers(grad(loss({ every, reverse }), all)(...inputs)), expected);
      expectNear(await numbers(compile(grad(loss({ every, reverse }), all))(...inputs)), expected);
    });

  test("gives carries and slices bit-equal gradients: only what all steps share is added up in another order", async () => {
    const inputs = given(12);
    const [, xs, first] = await numbers(grad(loss({}), all)(...inputs));
    const [, xsInBlocks, firstInBlocks] = await numbers(grad(loss({ every: 4 }), all)(...inputs));
    expect([xsInBlocks, firstInBlocks]).toEqual([xs, first]);
  });

  test("has second derivatives and forward mode", async () => {
    const inputs = given(9);
    const [weights, xs, first] = inputs;
    const twice = (options: Options) => (w: Tensor) =>
      grad((inner: Tensor) => loss(options)(inner, xs, first))(w)
        .square()
        .sum();
    expectNear(await numbers([grad(twice({ every: 3 }))(weights)]), await numbers([grad(twice({}))(weights)]), 1e-10);
    const forward = (options: Options) => jvp(loss(options), inputs, inputs);
    expectNear(await numbers(forward({ every: 4 })), await numbers(forward({})));
  });

  test("batches", async () => {
    seed(3);
    const batch = random.normal([3, 10, 2, hidden], { dtype: "f64" });
    const [weights, , first] = given(1);
    const run = (options: Options) =>
      vmap((xs: Tensor) => grad(loss(options), all)(weights, xs, first))(batch) as unknown as Tensor[];
    expectNear(await numbers(run({ every: 4 })), await numbers(run({})));
  });

  test("nests: a scan in blocks inside the step of another", async () => {
    const [weights, xs, first] = given(8);
    const outer = (options: Options) => (w: Tensor) => {
      const step = (state: Tensor, x: Tensor) => {
        const [last] = network(options)(w, xs.multiply(x.sum()), state);
        return [last.add(x), null] as const;
      };
      const how = options.every === undefined ? {} : { checkpointEvery: options.every };
      return scan(step, first, xs, how)[0].square().sum();
    };
    expectNear(await numbers([grad(outer({ every: 3 }))(weights)]), await numbers([grad(outer({}))(weights)]));
  });

  test("refuses what is no number of steps", () => {
    const inputs = given(4);
    for (const every of [0, -1, 1.5, NaN]) expect(() => network({ every })(...inputs)).toThrow(ArgumentError);
    expect(() => network({ every: 0 })(...inputs)).toThrow(/checkpointEvery is 0/);
  });
});

describe("memory", () => {
  const wide = 16;
  const step = (weights: Tensor) => (state: Tensor, x: Tensor) => [state.matmul(weights).add(x).tanh(), null] as const;
  const trained = (every: number | undefined) =>
    compile((weights: Tensor, xs: Tensor, first: Tensor) =>
      valueAndGrad((w: Tensor) =>
        scan(step(w), first, xs, every === undefined ? {} : { checkpointEvery: every })[0].sum(),
      )(weights),
    );
  const carry = 4 * wide;
  /** Stretches that hold more than one carry, the larger first. */
  const report = (length: number, every: number | undefined) =>
    explainPlan(trained(every), zeros([wide, wide]), zeros([length, 1, wide]), zeros([1, wide]));

  test("of 100,000 steps is that of the carries kept, those of one block, and its slices", () => {
    const [length, every] = [100_000, 400];
    const { arena, arenaBytes } = report(length, every);
    const large = arena.map(({ bytes }) => bytes).filter((bytes) => bytes > carry * wide);
    // The carry before each block; of one block the carries, and its slices forward and back
    expect(large.sort((a, b) => a - b)).toEqual([carry * (length / every), ...Array(3).fill(carry * every)]);
    expect(arenaBytes).toBe(69_440);
    expect(report(length, 1).arenaBytes).toBe(6_401_152);
  });

  test("grows with the root of the length, where the step is chosen by itself", () => {
    // 64 MiB of carries are kept, and from then on about two roots of them
    expect(report(2 ** 20, undefined).arenaBytes).toBeGreaterThan(2 ** 26);
    const roots = [2 ** 22, 2 ** 24].map((length) => report(length, undefined).arenaBytes);
    expect(roots).toEqual([2 ** 11, 2 ** 12].map((root) => 3 * root * carry + 2_240));
  });
});

test("truncated back-propagation: the state is handed on from call to call, its derivative is not", async () => {
  const [weights, xs, first] = given(12);
  const part = compile((w: Tensor, piece: Tensor, state: Tensor) => {
    let last = state;
    const gradient = grad((inner: Tensor) => {
      const [next, squares] = network({})(inner, piece, state);
      last = next;
      return squares.sum();
    })(w);
    return [last, gradient];
  });
  let state = first;
  const gradients: Tensor[] = [];
  for (let begin = 0; begin < 12; begin += 4) {
    const [next, gradient] = part(weights, xs.slice([begin, begin + 4]), state);
    if (next === undefined || gradient === undefined) throw new Error("a part gives both");
    [state, gradients[begin / 4]] = [next, gradient];
  }
  const whole = network({})(weights, xs, first)[0];
  expectNear(await numbers([state]), await numbers([whole]));
  const truncated = grad((w: Tensor) => {
    let [carry, total]: [Tensor, Tensor | undefined] = [first, undefined];
    for (let begin = 0; begin < 12; begin += 4) {
      const [next, squares] = network({})(w, xs.slice([begin, begin + 4]), carry.stopGradient());
      carry = next;
      total = total === undefined ? squares.sum() : total.add(squares.sum());
    }
    return total ?? carry.sum();
  })(weights);
  const [sum = [], expected = []] = await numbers([gradients.reduce((a, b) => a.add(b)), truncated]);
  expectNear([sum], [expected]);
});
