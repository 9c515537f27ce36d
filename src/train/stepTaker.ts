/** Takes the steps of a run: one compiled launch a batch, or one for each of the batches whose gradients make a step. */
import type { Optimizer } from "../optim/optimizer.ts";
import { ArgumentError } from "../support/errors.ts";
import { remember } from "../support/remember.ts";
import { flattenTree } from "../support/tree.ts";
import { add, divide, multiply } from "../tensor/arithmetic.ts";
import { astype } from "../tensor/cast.ts";
import { zeros, zerosLike } from "../tensor/creation.ts";
import { keepingGraph } from "../tensor/evaluation.ts";
import { Parameter } from "../tensor/parameter.ts";
import { Tensor } from "../tensor/tensor.ts";
import { dependOn } from "../tensor/tracing.ts";
import { compile } from "../transforms/compile.ts";
import { gradientsOf, requireScalar } from "../transforms/gradient.ts";
import type { FitOptions } from "./fitOptions.ts";
import type { StepMonitor } from "./stepMonitor.ts";

type StepOptions<B> = Pick<FitOptions<B>, "optimizer" | "loss" | "accumulate" | "average" | "precision">;

/** Takes batches, and a step whenever there are enough. */
export class StepTaker<B> {
  /** Batches that make a step. */
  readonly batches: number;
  readonly #whole: (batch: B) => void;
  readonly #add: (batch: B) => void;
  readonly #finish: () => void;
  #pending = 0;

  /** @throws ArgumentError where `accumulate` is no whole number of 1 or more. */
  constructor(options: StepOptions<B>, monitor: StepMonitor) {
    const { optimizer, loss, accumulate = 1, average, precision = "f32" } = options;
    if (!Number.isInteger(accumulate) || accumulate < 1)
      throw new ArgumentError(`fit: accumulate is ${accumulate}; it has to be a whole number of 1 or more.`, {
        accumulate,
      });
    this.batches = accumulate;
    this.#whole = compile(
      (batch: B) => {
        monitor.record(optimizer.minimize(() => loss(batch)));
        average?.update();
      },
      { precision },
    );
    const gathered = new Gathered(optimizer);
    this.#add = compile((batch: B) => gathered.add(() => loss(batch), rowsOf(batch)), { precision });
    this.#finish = compile(() => {
      monitor.record(gathered.step());
      average?.update();
    });
  }

  /** Is no step half taken? */
  get isBetweenSteps(): boolean {
    return this.#pending === 0;
  }

  /** Launches what `batch` needs; true where it completes a step. */
  push(batch: B): boolean {
    if (this.batches === 1) {
      this.#whole(batch);
      return true;
    }
    this.#add(batch);
    this.#pending++;
    return this.#pending === this.batches && this.flush();
  }

  /** Takes the step of the last batches of an epoch, which may be fewer; true where there were any. */
  flush(): boolean {
    if (this.#pending === 0) return false;
    this.#finish();
    this.#pending = 0;
    return true;
  }
}

/** Gradients of several batches, each weighted by its rows. */
class Gathered {
  readonly #optimizer: Optimizer;
  readonly #sums = new Map<Parameter, Parameter>();
  readonly #loss = new Parameter(zeros([]), { trainable: false, name: "accumulated.loss" });
  readonly #rows = new Parameter(zeros([]), { trainable: false, name: "accumulated.rows" });

  constructor(optimizer: Optimizer) {
    this.#optimizer = optimizer;
  }

  add(lossFunction: () => Tensor, rows: number): void {
    const parameters = this.#trainable();
    const values = parameters.map(({ value }) => value);
    const { loss, gradients } = keepingGraph(() => {
      const result = lossFunction();
      requireScalar("fit", result);
      return { loss: result, gradients: gradientsOf(result, values) };
    });
    parameters.forEach((parameter, index) => {
      const sum = this.#sumOf(parameter);
      const gradient = gradients[index] ?? zerosLike(parameter.value);
      sum.assign(add(sum.value, multiply(astype(gradient, sum.dtype), rows)));
    });
    this.#loss.assign(add(this.#loss.value, multiply(astype(loss, "f32"), rows)));
    this.#rows.assign(add(this.#rows.value, rows));
  }

  /** Takes the step and begins anew; gives the mean loss. */
  step(): Tensor {
    const rows = this.#rows.value;
    const loss = divide(this.#loss.value, rows);
    const sums = this.#trainable().map((parameter) => [parameter, this.#sumOf(parameter)] as const);
    this.#optimizer.step(
      sums.map(([{ dtype }, sum]): Tensor => astype(divide(sum.value, astype(rows, sum.dtype)), dtype)),
    );
    for (const each of [this.#loss, this.#rows, ...sums.map(([, sum]) => sum)]) each.assign(zerosLike(each.value));
    return loss;
  }

  #trainable(): readonly Parameter[] {
    const { parameters } = this.#optimizer;
    dependOn(() => parameters.map(({ trainable }) => Number(trainable)).join(""));
    return parameters.filter(({ trainable }) => trainable);
  }

  /** Sums of half precision would lose the smaller gradients. */
  #sumOf(parameter: Parameter): Parameter {
    const dtype = parameter.dtype === "f64" ? "f64" : "f32";
    return remember(
      this.#sums,
      parameter,
      () => new Parameter(zeros(parameter.shape, { dtype }), { trainable: false, name: `${parameter.name}.gradient` }),
    );
  }
}

/** Rows of a batch: of the first tensor in it that has an axis. */
function rowsOf(batch: unknown): number {
  const { leaves } = flattenTree(batch, (value) => value instanceof Tensor);
  return leaves.find(({ rank }) => rank > 0)?.shape[0] ?? 1;
}
