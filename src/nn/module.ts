/**
 * What all layers and models are: a `forward` function and the state it uses. Parameters and inner modules are
 * found among a module's own properties, so a model is written as a plain class. Next: `linear.ts`, `sequential.ts`.
 */
import type { Parameter } from "../tensor/parameter.ts";
import { loadParameters, type StateDictionary, type Stateful } from "../tensor/stateDictionary.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { dependOn } from "../tensor/tracing.ts";
import { nameForwardOf } from "./layerNames.ts";
import { type ModelSummary, summarize } from "./summary.ts";
import { type Contents, isAlias, walk } from "./walk.ts";

/** Those that are not trainable because a module was frozen. */
const frozenParameters = new WeakSet<Parameter>();

/** A module of any inputs and output: what containers hold and walks yield. */
export type AnyModule = Module<never, unknown>;

/**
 * Base of layers and models. Extend it, keep `Parameter`s and modules in properties (arrays and plain objects are
 * searched too, `#private` fields are not), and write `forward`. `Inputs` and `Output` default to one tensor each.
 *
 * @example
 * ```ts
 * import { nn, zeros, type Tensor } from "smilodon";
 * class Residual extends nn.Module {
 *   readonly inner = new nn.Linear(8, 8);
 *   forward(x: Tensor): Tensor {
 *     return x.add(this.inner.forward(x).relu());
 *   }
 * }
 * const model = new Residual();
 * console.log([...model.namedParameters().keys()]); // ["inner.weight", "inner.bias"]
 * console.log(model.forward(zeros([2, 8])).shape);
 * ```
 */
export abstract class Module<Inputs extends readonly unknown[] = readonly [Tensor], Output = Tensor>
  implements Stateful
{
  #training = true;

  constructor() {
    nameForwardOf(new.target.prototype);
  }

  /** Computes the output. Call it directly: the layer's path is kept for errors and profiles. */
  abstract forward(...inputs: Inputs): Output;

  /** Is the module being trained? Dropout and the like act only then. Compiled code is traced again when it changes. */
  get training(): boolean {
    return dependOn(() => this.#training);
  }

  /** Switches this module and all inside it to training (`true`, as after construction) or evaluation. */
  train(training = true): this {
    for (const module of this.namedModules().values()) module.#training = training;
    return this;
  }

  /** Switches this module and all inside it to evaluation: the same as `train(false)`. */
  eval(): this {
    return this.train(false);
  }

  /**
   * Freezes all parameters in this module, so that optimizers leave them alone, or sets those free again that were frozen so. What was not
   * trainable before (running statistics) stays as it is.
   *
   * @example
   * ```ts
   * import { nn } from "smilodon";
   * const model = new nn.Sequential(new nn.Linear(2, 8), new nn.ReLU(), new nn.Linear(8, 1));
   * model[0]?.freeze();
   * console.log(model.parameters().map(({ trainable }) => trainable)); // [false, false, true, true]
   * ```
   */
  freeze(frozen = true): this {
    for (const parameter of this.parameters()) {
      if (frozen && parameter.trainable) frozenParameters.add(parameter);
      if (frozenParameters.has(parameter)) parameter.trainable = !frozen;
      if (!frozen) frozenParameters.delete(parameter);
    }
    return this;
  }

  /**
   * What the model is made of: its layers with the shapes they give, parameters and operations, as data and, by `toString`, as
   * a table. The model is traced in its present mode, and nothing is run.
   * @param inputs for each input of `forward` its shape, or a tensor where it is not floats; other arguments as they are
   *
   * @example
   * ```ts
   * import { nn } from "smilodon";
   * const model = new nn.Sequential(new nn.Linear(784, 256), new nn.ReLU(), new nn.Linear(256, 10));
   * const summary = model.summary([1, 784]);
   * console.log(summary.parameters, String(summary)); // 203530, and a table
   * ```
   */
  summary(...inputs: readonly unknown[]): ModelSummary {
    return summarize(this, inputs);
  }

  /** This module (named by the empty string) and all inside it, each once, by path: `encoder.0`. */
  namedModules(): ReadonlyMap<string, AnyModule> {
    return contentsOf(this).modules;
  }

  /** All parameters by path, each once: weights, and those with `trainable` false (running statistics). */
  namedParameters(): ReadonlyMap<string, Parameter> {
    const { parameters } = contentsOf(this);
    for (const [path, parameter] of parameters) if (path.length > parameter.name.length) parameter.name = path;
    return parameters;
  }

  /** All parameters, in the order of `namedParameters`. Optimizers leave those with `trainable` false alone. */
  parameters(): readonly Parameter[] {
    return [...this.namedParameters().values()];
  }

  /** The values of all parameters by path, as PyTorch names them. */
  stateDictionary(): StateDictionary {
    return new Map([...this.namedParameters()].map(([name, parameter]) => [name, parameter.value]));
  }

  /**
   * Sets all parameters from `state`. Further names of a shared parameter may be present and are ignored.
   * @throws DataError listing names that are missing, not expected, or of another shape or dtype; nothing is loaded then.
   */
  loadStateDictionary(state: StateDictionary): void {
    const contents = contentsOf(this);
    loadParameters("model", contents.parameters, new Map([...state].filter(([path]) => !isAlias(contents, path))));
  }
}

function contentsOf(module: AnyModule): Contents<AnyModule> {
  return walk(module, (value) => value instanceof Module);
}
