/**
 * Finds where a loss that is not finite began. Steps are launched without looking at them, so by the time it shows,
 * weights are lost; therefore a good moment is remembered now and then, and the steps since are taken again, one by one.
 * The step that goes wrong is then computed in eager code, with every value looked at.
 */
import { findingEveryOrigin } from "../support/origin.ts";
import { flattenTree } from "../support/tree.ts";
import { keepingGraph } from "../tensor/evaluation.ts";
import type { StateDictionary } from "../tensor/stateDictionary.ts";
import { Tensor } from "../tensor/tensor.ts";
import { gradientsOf } from "../transforms/gradient.ts";
import { areFinite, findNonFinite, type NonFiniteOrigin } from "../transforms/nonFinite.ts";
import { skipBatches } from "./batches.ts";
import type { FitOptions } from "./fitOptions.ts";
import type { DivergencePlace } from "./fitResult.ts";
import type { StepTaker } from "./stepTaker.ts";
import { type Moment, partsOf, returnTo, takeMoment } from "./trainingState.ts";

/** Where a run stands: `step` steps of `epoch` are done. */
export interface Position {
  readonly epoch: number;
  readonly step: number;
  readonly totalSteps: number;
}

interface GoodMoment extends Position {
  readonly moment: Moment;
}

type Step = Pick<DivergencePlace, "epoch" | "step">;

/** Remembers good moments of a run, and takes steps again from there. */
export class Diagnosis<B> {
  readonly #options: FitOptions<B>;
  readonly #taker: StepTaker<B>;
  /** The last two: weights may have been lost just before the later, and the loss not have shown it yet. */
  #moments: readonly GoodMoment[] = [];

  constructor(options: FitOptions<B>, taker: StepTaker<B>) {
    this.#options = options;
    this.#taker = taker;
  }

  /** All losses before this were finite. */
  remember({ epoch, step, totalSteps }: Position): void {
    if (this.#options.diagnose === false) return;
    this.#moments = [...this.#moments.slice(-1), { epoch, step, totalSteps, moment: takeMoment(this.#options) }];
  }

  /**
   * Where the loss of step `bad` began to be not finite; undefined where taking the steps again does not show it (the
   * batches are not the same ones). Leaves the model as it was before the step that went wrong.
   */
  async find(bad: Step): Promise<DivergencePlace | undefined> {
    for (const good of this.#moments.toReversed()) {
      returnTo(good.moment, this.#options);
      if ((await this.#firstLost()) === undefined) return this.#takeAgain(good, bad);
    }
    return undefined;
  }

  /** The name of the first parameter or moment that is not finite. */
  async #firstLost(): Promise<string | undefined> {
    const parts = partsOf(this.#options);
    const states: StateDictionary[] = ["model", "others", "optimizer"].map((name) => parts.get(name) ?? new Map());
    const named = states.flatMap((state) => [...state]);
    const finite = await areFinite(named.map(([, tensor]) => tensor));
    return named[finite.indexOf(false)]?.[0];
  }

  async #takeAgain(
    { epoch: first, step: done, totalSteps }: GoodMoment,
    bad: Step,
  ): Promise<DivergencePlace | undefined> {
    const { batches, schedule, optimizer, model } = this.#options;
    let total = totalSteps;
    for (let epoch = first; epoch <= bad.epoch; epoch++) {
      let step = epoch === first ? done : 0;
      const all = typeof batches === "function" ? batches(epoch) : batches.epoch(epoch);
      model.train();
      for await (const group of groupsOf(skipBatches(all, step * this.#taker.batches), this.#taker.batches)) {
        const before = takeMoment(this.#options);
        if (schedule !== undefined) optimizer.learningRate = schedule(total);
        this.#take(group);
        step++;
        total++;
        const isBad = epoch === bad.epoch && step === bad.step;
        const lost = await this.#firstLost();
        if (!isBad && lost === undefined) continue;
        returnTo(before, this.#options);
        const place = await this.#lookInto(group, { epoch, step }, lost);
        returnTo(before, this.#options);
        return place;
      }
    }
    return undefined;
  }

  #take(group: readonly B[]): void {
    for (const batch of group) this.#taker.push(batch);
    this.#taker.flush();
  }

  /** Computes a step with every value looked at. */
  async #lookInto(group: readonly B[], step: Step, lost: string | undefined): Promise<DivergencePlace | undefined> {
    const { optimizer, loss } = this.#options;
    const parameters = optimizer.parameters.filter(({ trainable }) => trainable);
    for (const batch of group) {
      const values = parameters.map(({ value }) => value);
      const computed = findingEveryOrigin(() =>
        keepingGraph(() => {
          const result = loss(batch);
          return { loss: result, gradients: gradientsOf(result, values) };
        }),
      );
      const forward = await findNonFinite([computed.loss]);
      if (forward !== undefined) return placeOf("forward", forward, step, batch);
      const finite = await areFinite(computed.gradients);
      const reached = finite.indexOf(false);
      if (reached < 0) continue;
      const backward = await findNonFinite(computed.gradients.filter((_, index) => finite[index] === false));
      if (backward !== undefined) return placeOf("gradient", backward, step, batch, parameters[reached]?.name);
    }
    if (lost === undefined) return undefined;
    const operation = optimizer.constructor.name;
    return { phase: "update", ...step, layer: "", operation, line: "", parameter: lost };
  }
}

function placeOf<B>(
  phase: "forward" | "gradient",
  { tensor, operation, layer, line }: NonFiniteOrigin,
  step: Step,
  batch: B,
  parameter?: string,
): DivergencePlace {
  const { leaves, paths } = flattenTree(batch, (value) => value instanceof Tensor);
  const index = leaves.findIndex(({ node }) => node === tensor.node);
  if (index < 0) return { phase, ...step, layer, operation, line, parameter };
  return { phase: "data", ...step, layer: "", operation: paths[index] ?? "", line: "", parameter };
}

/** The place in a sentence. */
export function describePlace({ phase, epoch, step, layer, operation, line, parameter }: DivergencePlace): string {
  const inLayer = layer === "" ? "outside all layers" : `in layer ${layer}`;
  const atLine = line === "" ? "" : ` (${line})`;
  const when = `It began in epoch ${epoch}, step ${step}`;
  switch (phase) {
    case "data":
      return `${when}, in the data: the batch's ${JSON.stringify(operation.replace(/^\./, ""))} holds a value that is not finite.`;
    case "forward":
      return `${when}, on the way forward: "${operation}" ${inLayer}${atLine} gave the first value that is not finite.`;
    case "gradient":
      return `${when}, on the way back: "${operation}" in the gradient of what stands ${inLayer}${atLine} gave the first value that is not finite, and it reached parameter ${parameter}.`;
    case "update":
      return `${when}, in the update: loss and gradients were finite, and ${operation} made ${parameter} infinite or NaN.`;
    default:
      return phase satisfies never;
  }
}

/** Batches by the step that they make. */
async function* groupsOf<B>(batches: Iterable<B> | AsyncIterable<B>, size: number): AsyncGenerator<readonly B[]> {
  let group: B[] = [];
  for await (const batch of batches) {
    group.push(batch);
    if (group.length < size) continue;
    yield group;
    group = [];
  }
  if (group.length > 0) yield group;
}
