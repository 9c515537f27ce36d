/** Convolutions and their gradients as tiles: the launches they take, and every element beside the interpreter. */
import { expect, test } from "vitest";
import { compileProgram, listenToPasses } from "../../src/compile/pipeline.ts";
import { InterpreterDevice } from "../../src/device/interpreter/interpreterDevice.ts";
import { WasmDevice } from "../../src/device/wasm/wasmDevice.ts";
import { sourceNode } from "../../src/graph/node.ts";
import { topologicalOrder } from "../../src/graph/traverse.ts";
import { type ConvolutionOptions, conv2d, grad, Tensor } from "../../src/index.ts";
import { type Data, type Dtype, dtypes } from "../../src/shape/dtype.ts";
import { sizeOf } from "../../src/shape/shape.ts";
import { runPlan } from "../conformance/launch.ts";

const wasm = new WasmDevice();
const interpreter = new InterpreterDevice();

/** Small whole numbers: sums of products are exact, in whatever order. */
function counted(shape: readonly number[], dtype: Dtype, seed: number): Data {
  return new dtypes[dtype].array(
    Array.from({ length: sizeOf(shape) }, (_, index) => ((index * 7 + seed * 13 + (index >> 5)) % 9) - 4),
  );
}

type Part = "output" | "input" | "kernel";

/** Computes a part on both devices, and returns the launches on the fast one. */
function compare(
  part: Part,
  x: readonly number[],
  weight: readonly number[],
  options: ConvolutionOptions,
  dtype: Dtype = "f32",
): string[] {
  const made = (shape: readonly number[]) => new Tensor(sourceNode({ shape, dtype }));
  const [input, kernel] = [made(x), made(weight)];
  const upstream = made(conv2d(input, kernel, options).shape);
  const parts: Readonly<Record<Part, () => Tensor>> = {
    output: () => conv2d(input, kernel, options),
    input: () => grad((each: Tensor) => conv2d(each, kernel, options).multiply(upstream).sum())(input),
    kernel: () => grad((each: Tensor) => conv2d(input, each, options).multiply(upstream).sum())(kernel),
  };
  const result = parts[part]();
  const sources = (part === "output" ? [input, kernel] : [input, kernel, upstream]).map((each) => each.node);
  const program = { sources, outputs: [result.node], replaces: [] };
  const externals = [
    ...sources.map(({ type }, index) => counted(type.shape, dtype, index)),
    new dtypes[dtype].array(sizeOf(result.shape)),
  ];
  const plan = compileProgram(program, wasm.target);
  const [fast, slow] = [
    runPlan(wasm, plan, externals),
    runPlan(interpreter, compileProgram(program, interpreter.target), externals),
  ];
  expect(fast.at(-1)).toEqual(slow.at(-1));
  return plan.commands.flatMap((command) => (command.kind === "kernel" ? [command.label.split("_")[0] ?? ""] : []));
}

test.each([
  ["output", { padding: 1 }, ["reshape", "contract"]],
  ["input", { padding: 1 }, ["slice", "pad", "contract"]],
  // results that only padding was read for are cut out of what is given
  ["input", { padding: 3 }, ["slice", "slice", "contract"]],
  ["kernel", { padding: 1 }, ["reshape", "pack", "contract"]],
  ["output", { stride: 2 }, ["pack", "contract"]],
] as const)("a 3×3 convolution of 28×28: %s with %o", (part, options, expected) => {
  expect(compare(part, [1, 3, 28, 28], [24, 3, 3, 3], options)).toEqual(expected);
});

const options: readonly ConvolutionOptions[] = [
  {},
  { padding: 1 },
  { stride: 2 },
  { stride: 2, padding: 2 },
  { dilation: 2 },
  { stride: [1, 2], padding: [1, 0] },
  { padding: [4, 1] },
  { padding: [1, 2], dilation: 2, groups: 2 },
  { groups: 2 },
];

for (const part of ["output", "input", "kernel"] as const) {
  test.each(options)(`${part}: sizes that fill no tile, with %o`, (each) => {
    const perGroup = 4 / Number(each.groups ?? 1);
    compare(part, [2, 4, 11, 13], [6, perGroup, 3, 5], each);
    compare(part, [1, 4, 9, 19], [2, perGroup, 2, 3], each, "f64");
  });
}

test("of a convolution nothing is computed that is cut off, unless somebody reads all of it", () => {
  const [x, kernel] = [
    [1, 3, 20, 20],
    [5, 3, 3, 3],
  ].map((shape) => new Tensor(sourceNode({ shape, dtype: "f32" })));
  const whole = conv2d(the(x), the(kernel), { stride: 2, padding: 2 });
  const part = whole.slice(null, null, [2, 9], [1, 4]);
  const multiplied = (outputs: readonly Tensor[]) => {
    const sources = [the(x).node, the(kernel).node];
    const program = { sources, outputs: outputs.map(({ node }) => node), replaces: [] };
    const external = [...sources, ...program.outputs].map(({ type }, index) => counted(type.shape, "f32", index));
    const [fast, slow] = [wasm, interpreter].map((device) =>
      runPlan(device, compileProgram(program, device.target), external).slice(2),
    );
    expect(fast).toEqual(slow);
    const shapes: (readonly number[])[] = [];
    const before = listenToPasses((pass, state) => {
      if (pass !== "simplify") return;
      for (const node of topologicalOrder(state.outputs, state.isSource))
        if (node.primitive === "contract") shapes.push(node.type.shape.slice(-2));
    });
    compileProgram(program, wasm.target);
    listenToPasses(before);
    return shapes;
  };
  expect(multiplied([part])).toEqual([[7, 3]]);
  expect(multiplied([part, whole])).toEqual([[11, 11]]);
  expect(multiplied([part.slice(null, [1, 3])])).toEqual([[7, 3]]);
});

function the(tensor: Tensor | undefined): Tensor {
  if (tensor === undefined) throw new Error("a tensor is missing");
  return tensor;
}
