/** What Smilodon offers: re-exports only. `ARCHITECTURE.md` says where things live and how a step runs. */
export { type DataOf, type Data, type Dtype, allDtypes, promote } from "./shape/dtype.ts";
export type { Shape } from "./shape/shape.ts";
export * from "./support/errors.ts";
export { inLayer } from "./graph/node.ts";
export { printGraph } from "./graph/print.ts";
export { currentDevice, deviceNames, registerDevice, setDevice } from "./runtime/registry.ts";

export { type Nested, Tensor, type TensorLike, type TensorOptions, tensor } from "./tensor/tensor.ts";
export type { ShapeType } from "./tensor/shapeTypes.ts";
export type { Operand } from "./tensor/operands.ts";
export { Parameter, type ParameterOptions } from "./tensor/parameter.ts";
export * from "./tensor/creation.ts";
export * from "./tensor/cast.ts";
export * from "./tensor/arithmetic.ts";
export * from "./tensor/comparison.ts";
export * from "./tensor/transcendental.ts";
export * from "./tensor/activation.ts";
export * from "./tensor/bitwise.ts";
export {
  all, any, type Axes, type KeepOptions, max, mean, min, prod, type ReduceArgument, type ReduceOptions, sum,
} from "./tensor/reduce.ts";
export * from "./tensor/statistics.ts";
export * from "./tensor/normalize.ts";
export * from "./tensor/manipulate.ts";
export * from "./tensor/slice.ts";
export * from "./tensor/joining.ts";
export { matmul, outer, tensordot, type TensordotAxes, vecdot } from "./tensor/linear.ts";
export { einsum } from "./tensor/einsum.ts";
export { show, type ShowOptions } from "./tensor/display.ts";
export * as random from "./tensor/random.ts";
export { Generator, type GeneratorState, seed } from "./tensor/generator.ts";

export { compile, type CompiledFunction } from "./transforms/compile.ts";
export { grad, type GradOptions, valueAndGrad } from "./transforms/grad.ts";
export { gradientsOf } from "./transforms/gradient.ts";
export { vjp } from "./transforms/vjp.ts";
export { jvp } from "./transforms/jvp.ts";
export { type BatchAxis, vmap, type VmapOptions } from "./transforms/vmap.ts";
export { hessian, jacobian, type JacobianOptions } from "./transforms/jacobian.ts";

export * as nn from "./nn/index.ts";
export * as optim from "./optim/index.ts";
