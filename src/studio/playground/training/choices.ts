/** What a visitor may choose for a network, each with the name that the page shows and the code that it stands for. */
import { Adam } from "../../../optim/adam.ts";
import type { Optimizer } from "../../../optim/optimizer.ts";
import { RMSprop } from "../../../optim/rmsprop.ts";
import { SGD } from "../../../optim/sgd.ts";
import { relu, sigmoid } from "../../../tensor/activation.ts";
import type { Parameter } from "../../../tensor/parameter.ts";
import type { Tensor } from "../../../tensor/tensor.ts";
import { sin, tanh } from "../../../tensor/transcendental.ts";
import type { NonlinearityName, OptimizerName } from "./choiceNames.ts";

interface Nonlinearity {
  readonly apply: (x: Tensor) => Tensor;
}

interface OptimizerChoice {
  readonly make: (parameters: readonly Parameter[], learningRate: number) => Optimizer;
}

/** The nonlinearities. */
export const nonlinearities = {
  tanh: { apply: (x) => tanh(x) },
  relu: { apply: (x) => relu(x) },
  sigmoid: { apply: (x) => sigmoid(x) },
  sine: { apply: (x) => sin(x) },
  none: { apply: (x) => x },
} satisfies Record<NonlinearityName, Nonlinearity>;

/** The optimizers. */
export const optimizers = {
  adam: { make: (parameters, learningRate) => new Adam(parameters, { learningRate }) },
  sgd: { make: (parameters, learningRate) => new SGD(parameters, { learningRate }) },
  momentum: { make: (parameters, learningRate) => new SGD(parameters, { learningRate, momentum: 0.9 }) },
  rmsprop: { make: (parameters, learningRate) => new RMSprop(parameters, { learningRate }) },
} satisfies Record<OptimizerName, OptimizerChoice>;
