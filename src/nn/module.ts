/**
 * What all layers and models are: a `forward` function and the state it uses. Parameters and inner modules are
 * found among a module's own properties, so a model is written as a plain class. Next: `linear.ts`, `sequential.ts`.
 */
import type { Parameter } from "../tensor/parameter.ts";
import { loadParameters, type StateDictionary, type Stateful } from "../tensor/stateDictionary.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { dependOn } from "../tensor/tracing.ts";
import { nameForwardOf } from "./layerNames.ts";
import { type Contents, isAlias, walk } from "./walk.ts";

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
