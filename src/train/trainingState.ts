/**
 * Everything that the next step depends on besides its batch: weights, optimizer, averages, random numbers, the rate.
 * Checkpoints write it, the search for a learning rate and for the place of a divergence go back to it.
 */
import type { AnyModule } from "../nn/module.ts";
import type { Optimizer } from "../optim/optimizer.ts";
import { type GeneratorState, globalGenerator } from "../tensor/generator.ts";
import type { Parameter } from "../tensor/parameter.ts";
import { loadParameters, type StateDictionary, type Stateful } from "../tensor/stateDictionary.ts";

/** What takes part in training and has state. */
export interface Trained {
  readonly model: AnyModule;
  readonly optimizer: Optimizer;
  readonly average?: Stateful | undefined;
}

/** A moment of training. Tensors are values: later steps do not change them. */
export interface Moment {
  readonly parts: ReadonlyMap<string, StateDictionary>;
  readonly learningRate: number;
  readonly random: GeneratorState;
  readonly training: boolean;
}

/** The tensors of everything trained, by part. */
export function partsOf({ model, optimizer, average }: Trained): Map<string, StateDictionary> {
  const others = [...otherParameters({ model, optimizer })];
  const parts = new Map<string, StateDictionary>([
    ["model", model.stateDictionary()],
    ["optimizer", optimizer.stateDictionary()],
    ["others", new Map(others.map(([name, parameter]) => [name, parameter.value]))],
  ]);
  if (average !== undefined) parts.set("average", average.stateDictionary());
  return parts;
}

/** Puts the tensors back. @throws DataError where they do not fit. */
export function loadParts(trained: Trained, parts: ReadonlyMap<string, StateDictionary>): void {
  const part = (name: string): StateDictionary => parts.get(name) ?? new Map();
  trained.model.loadStateDictionary(part("model"));
  trained.optimizer.loadStateDictionary(part("optimizer"));
  loadParameters("optimizer", otherParameters(trained), part("others"));
  trained.average?.loadStateDictionary(part("average"));
}

/** The present moment. */
export function takeMoment(trained: Trained): Moment {
  return {
    parts: partsOf(trained),
    learningRate: trained.optimizer.learningRate,
    random: globalGenerator.state,
    training: trained.model.training,
  };
}

/** Goes back to `moment`, bit for bit. */
export function returnTo(moment: Moment, trained: Trained): void {
  loadParts(trained, moment.parts);
  trained.optimizer.learningRate = moment.learningRate;
  globalGenerator.restore(moment.random);
  trained.model.train(moment.training);
}

/** Parameters that are trained and stand outside the model, such as a temperature of the loss. */
function otherParameters({ model, optimizer }: Trained): ReadonlyMap<string, Parameter> {
  const own = new Set(model.parameters());
  const named = optimizer.parameters.map((parameter, index) => [String(index), parameter] as const);
  return new Map(named.filter(([, parameter]) => !own.has(parameter)));
}
