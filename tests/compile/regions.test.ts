/** Loops and branches as commands: what a step costs, what is kept, and that nothing runs twice. */
import { describe, expect, test } from "vitest";
import { InterpreterDevice } from "../../src/device/interpreter/interpreterDevice.ts";
import {
  compile,
  cond,
  grad,
  nn,
  optim,
  Parameter,
  random,
  scan,
  seed,
  setDevice,
  type Tensor,
  tensor,
  vmap,
  whileLoop,
  zeros,
} from "../../src/index.ts";
import type { Command, Plan } from "../../src/kernel/plan.ts";
import { deviceNamed, registerDevice } from "../../src/runtime/registry.ts";

registerDevice("interpreter", () => new InterpreterDevice());

function planOf<A extends readonly unknown[]>(f: (...given: A) => unknown, ...given: A): Plan {
  const compiled = compile(f);
  compiled(...given);
  const plan = compiled.traces[0]?.plan;
  if (plan === undefined) throw new Error("a call makes a trace");
  return plan;
}

/** `kernel copy loop(kernel kernel)`. */
function shapeOf(commands: readonly Command[]): string {
  return commands
    .map((command) => {
      if (command.kind === "cond") return `cond(${shapeOf(command.body)} | ${shapeOf(command.otherwise)})`;
      return "body" in command ? `${command.kind}(${shapeOf(command.body)})` : command.kind;
    })
    .join(" ");
}

const decay = (state: Tensor, x: Tensor) => {
  const next = state.multiply(0.5).add(x);
  return [next, next.square()] as const;
};

const recurrent = (weights: Tensor) => (state: Tensor, x: Tensor) => {
  const next = state.matmul(weights).add(x).tanh();
  return [next, next.sum()] as const;
};

describe("a scan", () => {
  test("is one loop; a step of maps is one kernel, which replaces the state and writes its slice in place", () => {
    const plan = planOf((c: Tensor, xs: Tensor) => scan(decay, c, xs), zeros([64]), zeros([100, 64]));
    expect(shapeOf(plan.commands)).toBe("copy loop(kernel)");
    expect(plan.kernels.length).toBe(1);
    // The counter, and nothing else
    expect(plan.arenaBytes).toBe(64);
  });

  test("writes no stack that nobody wants", () => {
    const plan = planOf((c: Tensor, xs: Tensor) => scan(decay, c, xs)[0], zeros([64]), zeros([100, 64]));
    expect([shapeOf(plan.commands), plan.arenaBytes]).toEqual(["copy loop(kernel)", 64]);
  });

  test("multiplies slices where they lie", () => {
    const products = (w: Tensor, xs: Tensor) =>
      scan((c: Tensor, x: Tensor) => [c, x.matmul(w)] as const, zeros([]), xs)[1];
    const plan = planOf(products, zeros([8, 8]), zeros([10, 4, 8]));
    expect(shapeOf(plan.commands)).toBe("kernel copy loop(kernel)");
  });

  test("computes aside what a product reads all of", () => {
    const run = (w: Tensor, xs: Tensor) => scan(recurrent(w), zeros([4, 8]), xs)[0];
    expect(shapeOf(planOf(run, zeros([8, 8]), zeros([10, 4, 8])).commands)).toBe("kernel copy loop(kernel copy)");
  });

  test("computes once what is the same in each step", () => {
    const run = (w: Tensor, xs: Tensor) =>
      scan((c: Tensor, x: Tensor) => [c.add(x.multiply(w.square().sum())), null] as const, zeros([64]), xs)[0];
    expect(shapeOf(planOf(run, zeros([32, 32]), zeros([10, 64])).commands)).toMatch(/^kernel.*loop\(kernel\)$/);
  });

  test("keeps one carry a step for its derivative, whatever else a step computes", () => {
    const loss = (w: Tensor, xs: Tensor) => scan(recurrent(w), zeros([4, 8]), xs)[0].sum();
    const bytes = [50, 100, 150].map(
      (steps) => planOf((w: Tensor, xs: Tensor) => grad(loss)(w, xs), zeros([8, 8]), zeros([steps, 4, 8])).arenaBytes,
    );
    const carry = 4 * 4 * 8;
    expect(bytes.map((each) => each - (bytes[0] ?? 0))).toEqual([0, 50 * carry, 100 * carry]);
  });

  test("runs once for all of its results, in eager code as well", async () => {
    const device = deviceNamed("wasm");
    const prepare = device.prepare.bind(device);
    let launches = 0;
    device.prepare = (plan) => {
      const executable = prepare(plan);
      const run: typeof executable.run = (externals) => {
        launches++;
        executable.run(externals);
      };
      return { run, dispose: () => executable.dispose() };
    };
    try {
      const [state, stack] = scan(decay, zeros([3]).add(7), zeros([5, 3]));
      await state.data();
      await stack.data();
      expect(launches).toBe(1);
    } finally {
      device.prepare = prepare;
    }
  });

  test("reads and trains parameters, and hands on what the whole step assigns", async () => {
    const weight = new Parameter(tensor([0.5, 0.25]), { name: "weight" });
    const xs = tensor([
      [1, 2],
      [3, 4],
      [5, 6],
    ]);
    const loss = () =>
      scan((c: Tensor, x: Tensor) => [c.multiply(weight.value).add(x), null] as const, zeros([2]), xs)[0].sum();
    const expected = 1 * 0.25 + 3 * 0.5 + 5 + (2 * 0.0625 + 4 * 0.25 + 6);
    const optimizer = new optim.SGD([weight], { learningRate: 0.1 });
    const step = compile(() => optimizer.minimize(loss));
    expect(await step().item()).toBeCloseTo(expected, 6);
    // d/dw of x₀w² + x₁w + x₂
    expect(await weight.value.toArray()).toEqual([
      expect.closeTo(0.5 - 0.1 * (2 * 0.5 * 1 + 3), 6),
      expect.closeTo(0.25 - 0.1 * (2 * 0.25 * 2 + 4), 6),
    ]);
  });

  test("is given what is not computed yet, so that it has a derivative", async () => {
    seed(1);
    const [weights, xs] = [random.normal([3, 3]), random.normal([4, 2, 3])];
    const looped = grad((w: Tensor) =>
      scan((_: readonly Tensor[], x: Tensor) => [[], x.matmul(w)] as const, [], xs)[1]
        .square()
        .sum(),
    );
    const direct = grad((w: Tensor) => xs.matmul(w).square().sum());
    const [a, b] = [await looped(weights).data(), await direct(weights).data()];
    a.forEach((value, index) => expect(value).toBeCloseTo(b[index] ?? NaN, 4));
  });

  test("refuses assignments inside, and promises", () => {
    const state = new Parameter(zeros([]), { name: "running" });
    const assigning = compile((xs: Tensor) =>
      scan(
        (c: Tensor, x: Tensor) => {
          state.assign(x);
          return [c, null] as const;
        },
        zeros([]),
        xs,
      ),
    );
    expect(() => assigning(zeros([3]))).toThrow(/scan: the function assigns to a parameter/);
    expect(() => scan((async (c: Tensor) => [c, c]) as never, zeros([]), zeros([3]))).toThrow(/returned a promise/);
  });

  test("of a thousand layers is a plan of one", () => {
    const layer = new nn.Linear(16, 16);
    const deep = (x: Tensor) =>
      scan((h: Tensor) => [layer.forward(h).tanh(), null] as const, x, null, { length: 1000 })[0];
    expect(shapeOf(planOf(deep, zeros([4, 16])).commands)).toBe("copy loop(kernel copy)");
  });
});

describe("loops and branches", () => {
  test("ask before each step; a step of maps is one kernel and the question another", () => {
    const plan = planOf(
      (x: Tensor) =>
        whileLoop(
          (c) => c.sum().less(9),
          (c) => c.multiply(2),
          x,
        ),
      zeros([8]).add(1),
    );
    expect(shapeOf(plan.commands)).toBe("copy kernel while(kernel kernel)");
  });

  test("run one side", () => {
    const plan = planOf(
      (p: Tensor, x: Tensor) =>
        cond(
          p,
          (v: Tensor) => v.exp(),
          (v: Tensor) => v.matmul(v).exp(),
          x,
        ),
      tensor(true),
      zeros([8, 8]),
    );
    expect(shapeOf(plan.commands)).toBe("cond(kernel | kernel)");
  });

  test("stand inside each other", async () => {
    // How often 3n + 1 goes until 1, for several numbers at once
    const steps = (n: Tensor) =>
      whileLoop(
        ({ value }) => value.greater(1),
        ({ value, count }) => ({
          value: cond(
            value.remainder(2).equal(0),
            (v: Tensor) => v.floorDivide(2),
            (v: Tensor) => v.multiply(3).add(1),
            value,
          ),
          count: count.add(1),
        }),
        { value: n, count: tensor(0, { dtype: "i32" }) },
      ).count;
    const numbers = tensor(Int32Array.of(1, 6, 7, 27));
    const each = (ns: Tensor) => scan((c: Tensor, n: Tensor) => [c, steps(n)] as const, zeros([]), ns)[1];
    expect([...(await compile(each)(numbers).data())]).toEqual([0, 8, 16, 111]);
    expect([...(await compile(vmap(steps))(numbers).data())]).toEqual([0, 8, 16, 111]);
  });

  test("give the same on the interpreter, which optimizes nothing", async () => {
    const run = () => {
      seed(1);
      const xs = random.normal([6, 3]);
      const w = random.normal([3, 3]);
      return grad((each: Tensor) =>
        scan(recurrent(each), zeros([2, 3]), xs.expandDims(1))[1]
          .square()
          .sum(),
      )(w);
    };
    const fast = [...(await run().data())];
    const before = setDevice("interpreter");
    const slow = [...(await run().data())];
    setDevice(before);
    fast.forEach((value, index) => expect(value).toBeCloseTo(slow[index] ?? NaN, 5));
  });
});
