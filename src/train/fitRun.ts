/** One call of `fit` at work: epochs of compiled steps, and the state that a checkpoint holds. */
import { DataError } from "../support/errors.ts";
import type { Parameter } from "../tensor/parameter.ts";
import { loadParameters, type StateDictionary } from "../tensor/stateDictionary.ts";
import { compile } from "../transforms/compile.ts";
import { countSteps, skipBatches } from "./batches.ts";
import { type CheckpointContent, decodeCheckpoint, encodeCheckpoint } from "./checkpoint.ts";
import type { Divergence, EpochRecord, FitOptions, FitResult, Stopped } from "./fitOptions.ts";
import { type FitState, readFitState } from "./fitState.ts";
import { randomState, restoreRandomState } from "./randomState.ts";
import { StepMonitor } from "./stepMonitor.ts";

/** Milliseconds between looks at the losses; between them, steps are only launched. */
const lookInterval = 250;

/** What stops an epoch before its end. */
type Interruption = "interrupted" | "diverged";

/** Runs once. */
export class FitRun<B> {
  readonly #options: FitOptions<B>;
  readonly #monitor = new StepMonitor();
  readonly #step: (batch: B) => void;
  readonly #startRate: number;
  #state: FitState = {
    epoch: 1,
    step: 0,
    totalSteps: 0,
    history: [],
    bestEpoch: 0,
    bestLoss: Infinity,
    waited: 0,
    isEarly: false,
  };
  #bestWeights: StateDictionary | undefined;
  #divergence: Divergence | undefined;
  #lastLook = 0;
  #lastSave = 0;

  constructor(options: FitOptions<B>) {
    this.#options = options;
    this.#startRate = options.optimizer.learningRate;
    this.#step = compile((batch: B) => this.#monitor.record(options.optimizer.minimize(() => options.loss(batch))));
  }

  async run(): Promise<FitResult> {
    const { model } = this.#options;
    await this.#resume();
    this.#lastLook = this.#lastSave = performance.now();
    const stopped = await this.#runEpochs();
    model.eval();
    // A diverged run leaves the last good checkpoint
    if (stopped !== "diverged") await this.#save();
    if (stopped !== "interrupted" && this.#bestWeights !== undefined) model.loadStateDictionary(this.#bestWeights);
    const { history, bestEpoch, bestLoss } = this.#state;
    const result = { stopped, epochs: history.length, bestEpoch, bestLoss, history };
    return this.#divergence === undefined ? result : { ...result, divergence: this.#divergence };
  }

  async #runEpochs(): Promise<Stopped> {
    const { epochs, checkpointSeconds = 5 } = this.#options;
    while (this.#state.epoch <= epochs && !this.#state.isEarly) {
      const interruption = await this.#runEpoch();
      if (interruption !== undefined) return interruption;
      const record = await this.#evaluate();
      if (record === undefined) return "diverged";
      this.#finishEpoch(record);
      if (performance.now() - this.#lastSave >= 1000 * checkpointSeconds) await this.#save();
    }
    return this.#state.isEarly ? "early" : "finished";
  }

  /** Takes the steps that are left of the present epoch. */
  async #runEpoch(): Promise<Interruption | undefined> {
    const { model, optimizer, batches, schedule, signal, checkpointSteps } = this.#options;
    const state = this.#state;
    model.train();
    const all = typeof batches === "function" ? batches(state.epoch) : batches.epoch(state.epoch);
    const steps = countSteps(all);
    for await (const batch of skipBatches(all, state.step)) {
      if (signal?.aborted === true) return this.#interrupted();
      if (schedule !== undefined) optimizer.learningRate = schedule(state.totalSteps);
      this.#step(batch);
      state.step++;
      state.totalSteps++;
      if (checkpointSteps !== undefined && state.totalSteps % checkpointSteps === 0) {
        if (await this.#hasDiverged()) return "diverged";
        await this.#save();
      }
      if (performance.now() - this.#lastLook >= lookInterval && (await this.#look(steps))) return "diverged";
    }
    if (signal?.aborted === true) return this.#interrupted();
    if (state.step === 0) throw new DataError(`fit: epoch ${state.epoch} has no batches.`, { epoch: state.epoch });
    return undefined;
  }

  /** Reports progress and lets timers and signals through; true where the loss is not finite any more. */
  async #look(steps: number | undefined): Promise<boolean> {
    if (await this.#hasDiverged()) return true;
    this.#report((await this.#monitor.read()).mean, steps, undefined);
    await new Promise((resolve) => setTimeout(resolve, 0));
    this.#lastLook = performance.now();
    return false;
  }

  /** What a run that was told to stop has come to: weights that are not finite must not replace a good checkpoint. */
  async #interrupted(): Promise<Interruption> {
    return (await this.#hasDiverged()) ? "diverged" : "interrupted";
  }

  #report(loss: number, steps: number | undefined, finished: EpochRecord | undefined): void {
    const { onProgress, epochs, optimizer } = this.#options;
    const { epoch, step } = this.#state;
    onProgress?.({ epoch, epochs, step, steps, loss, learningRate: optimizer.learningRate, finished });
  }

  async #hasDiverged(): Promise<boolean> {
    const { badStep, badLoss } = await this.#monitor.read();
    if (badStep === 0) return false;
    const { epoch } = this.#state;
    const { learningRate } = this.#options.optimizer;
    const message =
      `The loss became ${badLoss} in epoch ${epoch}, step ${badStep}. Try a lower learning rate (it is ${learningRate}), limit the gradients ` +
      "(clipNorm: 1), standardize the inputs, and look for missing values and for classes that do not exist in the data.";
    this.#divergence = { epoch, step: badStep, loss: badLoss, message };
    return true;
  }

  /** What the epoch came to; undefined where its loss was not finite. */
  async #evaluate(): Promise<EpochRecord | undefined> {
    const { model, optimizer, validate } = this.#options;
    if (await this.#hasDiverged()) return undefined;
    const { mean } = await this.#monitor.read();
    const record = { epoch: this.#state.epoch, loss: mean, learningRate: optimizer.learningRate };
    if (validate === undefined) return record;
    model.eval();
    const validationLoss = await validate();
    if (typeof validationLoss !== "number")
      throw new DataError(
        `fit: validate returned ${String(validationLoss)} (${typeof validationLoss}), not a number. Await item() of a loss.`,
      );
    return { ...record, validationLoss };
  }

  /** Enters the epoch into the history and goes on to the next. */
  #finishEpoch(record: EpochRecord): void {
    const { model, validate, patience, minimumChange = 0 } = this.#options;
    const state = this.#state;
    state.history.push(record);
    const loss = record.validationLoss ?? record.loss;
    if (loss < state.bestLoss - minimumChange) {
      state.bestLoss = loss;
      state.bestEpoch = record.epoch;
      state.waited = 0;
      if (validate !== undefined || patience !== undefined) this.#bestWeights = model.stateDictionary();
    } else state.waited++;
    this.#report(record.loss, state.step, record);
    state.isEarly = patience !== undefined && state.waited >= patience;
    state.epoch++;
    state.step = 0;
    this.#monitor.reset();
  }

  async #save(): Promise<void> {
    const { model, optimizer, checkpoint } = this.#options;
    if (checkpoint === undefined) return;
    const parts = new Map<string, StateDictionary>([
      ["model", model.stateDictionary()],
      ["optimizer", optimizer.stateDictionary()],
      ["monitor", this.#monitor.stateDictionary()],
      ["others", new Map([...this.#otherParameters()].map(([name, parameter]) => [name, parameter.value]))],
    ]);
    if (this.#bestWeights !== undefined) parts.set("best", this.#bestWeights);
    const rates = { startRate: this.#startRate, rate: optimizer.learningRate };
    await checkpoint.save(
      await encodeCheckpoint({ parts, facts: { state: this.#state, rates, random: randomState() } }),
    );
    this.#lastSave = performance.now();
  }

  /** Parameters that are trained and stand outside the model, such as a temperature of the loss. */
  #otherParameters(): ReadonlyMap<string, Parameter> {
    const own = new Set(this.#options.model.parameters());
    const named = this.#options.optimizer.parameters.map((parameter, index) => [String(index), parameter] as const);
    return new Map(named.filter(([, parameter]) => !own.has(parameter)));
  }

  async #resume(): Promise<void> {
    const bytes = await this.#options.checkpoint?.load();
    if (bytes === undefined) return;
    try {
      this.#restore(decodeCheckpoint(bytes));
    } catch (error) {
      if (error instanceof DataError)
        throw new DataError(
          `fit: the checkpoint cannot be resumed. ${error.message} Remove it to begin anew.`,
          error.facts,
        );
      throw error;
    }
  }

  #restore({ parts, facts }: CheckpointContent): void {
    const { model, optimizer } = this.#options;
    const { state, startRate, rate, random } = readFitState(facts);
    const part = (name: string): StateDictionary => parts.get(name) ?? new Map();
    model.loadStateDictionary(part("model"));
    optimizer.loadStateDictionary(part("optimizer"));
    this.#monitor.loadStateDictionary(part("monitor"));
    loadParameters("optimizer", this.#otherParameters(), part("others"));
    this.#bestWeights = parts.get("best");
    // A rate that the caller has changed since is meant
    if (startRate === this.#startRate) optimizer.learningRate = rate;
    restoreRandomState(random);
    this.#state = state;
  }
}
