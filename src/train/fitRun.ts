/** One call of `fit` at work: epochs of compiled steps, and the state that a checkpoint holds. */
import { ArgumentError, DataError } from "../support/errors.ts";
import type { StateDictionary } from "../tensor/stateDictionary.ts";
import { countSteps, skipBatches } from "./batches.ts";
import type { FitCallback, FitControl } from "./callbacks.ts";
import { type CheckpointContent, decodeCheckpoint, encodeCheckpoint } from "./checkpoint.ts";
import { Diagnosis, describePlace } from "./diagnosis.ts";
import { monitoredValue } from "./epochValues.ts";
import type { FitOptions } from "./fitOptions.ts";
import type { Divergence, EpochRecord, FitResult, Stopped } from "./fitResult.ts";
import { type FitState, readFitState } from "./fitState.ts";
import { randomState, restoreRandomState } from "./randomState.ts";
import { StepMonitor } from "./stepMonitor.ts";
import { StepTaker } from "./stepTaker.ts";
import { TimeLeft } from "./timeLeft.ts";
import { loadParts, partsOf } from "./trainingState.ts";

/** Milliseconds between looks at the losses; between them, steps are only launched. */
const lookInterval = 250;

/** What stops an epoch before its end. */
type Interruption = "interrupted" | "diverged" | "early";

/** Runs once. */
export class FitRun<B> {
  readonly #options: FitOptions<B>;
  readonly #monitor = new StepMonitor();
  readonly #taker: StepTaker<B>;
  readonly #diagnosis: Diagnosis<B>;
  readonly #control: FitControl;
  readonly #startRate: number;
  readonly #time: TimeLeft;
  /** 1 where the lowest value is the best, −1 where the highest is. */
  readonly #sign: number;
  #state: FitState;
  #bestWeights: StateDictionary | undefined;
  #divergence: Divergence | undefined;
  #lastLook = 0;
  #lastSave = 0;

  constructor(options: FitOptions<B>) {
    this.#options = options;
    this.#startRate = options.optimizer.learningRate;
    this.#sign = options.mode === "max" ? -1 : 1;
    this.#state = {
      epoch: 1,
      step: 0,
      totalSteps: 0,
      history: [],
      bestEpoch: 0,
      bestLoss: this.#sign * Infinity,
      waited: 0,
      isEarly: false,
    };
    checkMemories(options.callbacks ?? []);
    this.#taker = new StepTaker(options, this.#monitor);
    this.#diagnosis = new Diagnosis(options, this.#taker);
    this.#time = new TimeLeft(options.epochs);
    this.#control = this.#makeControl();
  }

  async run(): Promise<FitResult> {
    const { model, average, callbacks = [] } = this.#options;
    await this.#resume();
    this.#lastSave = performance.now();
    for (const { start } of callbacks) await start?.(this.#control);
    const stopped = await this.#runEpochs();
    model.eval();
    // A diverged run leaves the last good checkpoint
    if (stopped !== "diverged") await this.#save();
    if (stopped !== "interrupted") {
      if (this.#bestWeights !== undefined) model.loadStateDictionary(this.#bestWeights);
      else if (stopped !== "diverged") average?.copyTo();
    }
    const { history, bestEpoch, bestLoss } = this.#state;
    const result = { stopped, epochs: history.length, bestEpoch, bestLoss, history };
    const whole = this.#divergence === undefined ? result : { ...result, divergence: this.#divergence };
    for (const { end } of callbacks) await end?.(whole, this.#control);
    return whole;
  }

  async #runEpochs(): Promise<Stopped> {
    const { epochs, checkpointSeconds = 5 } = this.#options;
    while (this.#state.epoch <= epochs && !this.#state.isEarly) {
      const interruption = await this.#runEpoch();
      if (interruption !== undefined) return interruption;
      const record = await this.#evaluate();
      if (record === undefined) return "diverged";
      await this.#finishEpoch(record);
      if (performance.now() - this.#lastSave >= 1000 * checkpointSeconds) await this.#save();
    }
    return this.#state.isEarly ? "early" : "finished";
  }

  /** Takes the steps that are left of the present epoch. */
  async #runEpoch(): Promise<Interruption | undefined> {
    const { model, batches, signal } = this.#options;
    const state = this.#state;
    model.train();
    if (performance.now() - this.#lastLook >= lookInterval) this.#remember();
    const all = typeof batches === "function" ? batches(state.epoch) : batches.epoch(state.epoch);
    const count = countSteps(all);
    const steps = count === undefined ? undefined : Math.ceil(count / this.#taker.batches);
    this.#time.begin(this.#epochsDone(steps));
    for await (const batch of skipBatches(all, state.step * this.#taker.batches)) {
      if (this.#taker.isBetweenSteps) {
        if (signal?.aborted === true) return this.#interrupted();
        this.#setRate();
      }
      if (!this.#taker.push(batch)) continue;
      const interruption = await this.#afterStep(steps);
      if (interruption !== undefined) return interruption;
    }
    if (this.#taker.flush()) {
      const interruption = await this.#afterStep(steps);
      if (interruption !== undefined) return interruption;
    }
    if (signal?.aborted === true) return this.#interrupted();
    if (state.step === 0) throw new DataError(`fit: epoch ${state.epoch} has no batches.`, { epoch: state.epoch });
    return undefined;
  }

  #setRate(): void {
    const { schedule, optimizer } = this.#options;
    if (schedule !== undefined) optimizer.learningRate = schedule(this.#state.totalSteps);
  }

  async #afterStep(steps: number | undefined): Promise<Interruption | undefined> {
    const { checkpointSteps, callbacks = [] } = this.#options;
    const state = this.#state;
    state.step++;
    state.totalSteps++;
    for (const { step } of callbacks) if (step !== undefined) await step(this.#control);
    if (checkpointSteps !== undefined && state.totalSteps % checkpointSteps === 0) {
      if (await this.#hasDiverged()) return "diverged";
      await this.#save();
    }
    if (performance.now() - this.#lastLook >= lookInterval && (await this.#look(steps))) return "diverged";
    if (!state.isEarly) return undefined;
    return (await this.#hasDiverged()) ? "diverged" : "early";
  }

  /** Reports progress and lets timers and signals through; true where the loss is not finite any more. */
  async #look(steps: number | undefined): Promise<boolean> {
    if (await this.#hasDiverged()) return true;
    this.#report((await this.#monitor.read()).mean, steps, undefined);
    await new Promise((resolve) => setTimeout(resolve, 0));
    this.#remember();
    return false;
  }

  #remember(): void {
    this.#diagnosis.remember(this.#state);
    this.#lastLook = performance.now();
  }

  /** What a run that was told to stop has come to: weights that are not finite must not replace a good checkpoint. */
  async #interrupted(): Promise<Interruption> {
    return (await this.#hasDiverged()) ? "diverged" : "interrupted";
  }

  #report(loss: number, steps: number | undefined, finished: EpochRecord | undefined): void {
    const { onProgress, epochs, optimizer } = this.#options;
    if (onProgress === undefined) return;
    const { epoch, step } = this.#state;
    const { learningRate } = optimizer;
    const { seconds, secondsLeft } = this.#time.at(finished === undefined ? this.#epochsDone(steps) : epoch);
    onProgress({ epoch, epochs, step, steps, loss, learningRate, seconds, secondsLeft, finished });
  }

  #epochsDone(steps: number | undefined): number {
    const { epoch, step } = this.#state;
    return epoch - 1 + (steps === undefined ? 0 : step / steps);
  }

  async #hasDiverged(): Promise<boolean> {
    const { badStep, badLoss } = await this.#monitor.read();
    if (badStep === 0) return false;
    const { epoch } = this.#state;
    const { learningRate } = this.#options.optimizer;
    const advice =
      `Try a lower learning rate (it is ${learningRate}), limit the gradients ` +
      "(clipNorm: 1), standardize the inputs, and look for missing values and for classes that do not exist in the data.";
    const bad = { epoch, step: badStep, loss: badLoss };
    // A source that cannot be read again must not hide what happened
    const place = await this.#diagnosis.find(bad).catch(() => undefined);
    const where = place === undefined ? "" : ` ${describePlace(place)}`;
    const message = `The loss became ${badLoss} in epoch ${epoch}, step ${badStep}.${where} ${advice}`;
    this.#divergence = { ...bad, ...(place === undefined ? {} : { place }), message };
    return true;
  }

  /** What the epoch came to; undefined where its loss was not finite. */
  async #evaluate(): Promise<EpochRecord | undefined> {
    const { model, optimizer, validate, average } = this.#options;
    if (await this.#hasDiverged()) return undefined;
    const { mean } = await this.#monitor.read();
    const record = { epoch: this.#state.epoch, loss: mean, learningRate: optimizer.learningRate };
    // With averages in their place, the weights themselves wait here: they are trained on
    const weights = average === undefined ? undefined : model.stateDictionary();
    average?.copyTo();
    model.eval();
    const whole = validate === undefined ? record : { ...record, ...readValidation(await validate()) };
    this.#judge(whole);
    if (weights !== undefined) model.loadStateDictionary(weights);
    return whole;
  }

  /** Compares the epoch with the best so far, and keeps its weights where it is better. */
  #judge(record: EpochRecord): void {
    const { model, validate, monitor, patience, minimumChange = 0 } = this.#options;
    const state = this.#state;
    const value = monitoredValue(record, monitor);
    if (this.#sign * value < this.#sign * state.bestLoss - minimumChange) {
      state.bestLoss = value;
      state.bestEpoch = record.epoch;
      state.waited = 0;
      if (validate !== undefined || patience !== undefined) this.#bestWeights = model.stateDictionary();
    } else state.waited++;
    if (patience !== undefined && state.waited >= patience) state.isEarly = true;
  }

  /** Enters the epoch into the history and goes on to the next. */
  async #finishEpoch(record: EpochRecord): Promise<void> {
    const { callbacks = [] } = this.#options;
    const state = this.#state;
    state.history.push(record);
    this.#report(record.loss, state.step, record);
    for (const { epochEnd } of callbacks) if (epochEnd !== undefined) await epochEnd(record, this.#control);
    state.epoch++;
    state.step = 0;
    this.#monitor.reset();
  }

  async #save(): Promise<void> {
    const { optimizer, checkpoint, callbacks = [] } = this.#options;
    if (checkpoint === undefined) return;
    const parts = partsOf(this.#options).set("monitor", this.#monitor.stateDictionary());
    if (this.#bestWeights !== undefined) parts.set("best", this.#bestWeights);
    const rates = { startRate: this.#startRate, rate: optimizer.learningRate };
    const memories = callbacks.flatMap(({ memory }) => (memory === undefined ? [] : [[memory.name, memory.save()]]));
    const facts = { state: this.#state, rates, random: randomState(), callbacks: Object.fromEntries(memories) };
    await checkpoint.save(await encodeCheckpoint({ parts, facts }));
    this.#lastSave = performance.now();
  }

  async #resume(): Promise<void> {
    const { checkpoint } = this.#options;
    const bytes = await checkpoint?.load();
    if (bytes === undefined) return;
    try {
      this.#restore(decodeCheckpoint(bytes));
    } catch (error) {
      if (error instanceof DataError)
        throw new DataError(
          `fit: the checkpoint ${checkpoint?.name === undefined ? "" : `${checkpoint.name} `}cannot be resumed. ${error.message} Remove it to begin anew.`,
          { ...error.facts, checkpoint: checkpoint?.name },
        );
      throw error;
    }
  }

  #restore({ parts, facts }: CheckpointContent): void {
    const { optimizer, callbacks = [] } = this.#options;
    const { state, startRate, rate, random, callbacks: memories } = readFitState(facts);
    loadParts(this.#options, parts);
    this.#monitor.loadStateDictionary(parts.get("monitor") ?? new Map());
    this.#bestWeights = parts.get("best");
    // A rate that the caller has changed since is meant
    if (startRate === this.#startRate) optimizer.learningRate = rate;
    for (const { memory } of callbacks)
      if (memory !== undefined && memory.name in memories) memory.load(memories[memory.name]);
    restoreRandomState(random);
    this.#state = state;
  }

  #makeControl(): FitControl {
    const { model, optimizer, epochs, schedule } = this.#options;
    const state = () => this.#state;
    const monitor = this.#monitor;
    return {
      model,
      optimizer,
      epochs,
      get epoch() {
        return state().epoch;
      },
      get step() {
        return state().step;
      },
      get totalSteps() {
        return state().totalSteps;
      },
      get learningRate() {
        return optimizer.learningRate;
      },
      set learningRate(rate: number) {
        if (schedule !== undefined)
          throw new ArgumentError(
            "fit: a callback sets the learning rate and the schedule would set it back at the next step. Leave out one of them.",
            { rate },
          );
        optimizer.learningRate = rate;
      },
      readLoss: async () => (await monitor.read()).last,
      stop: () => void (state().isEarly = true),
    };
  }
}

/** @throws ArgumentError where two callbacks would keep what they remember under one name. */
function checkMemories(callbacks: readonly FitCallback[]): void {
  const names = callbacks.flatMap(({ memory }) => memory?.name ?? []);
  const twice = names.find((name, index) => names.indexOf(name) < index);
  if (twice === undefined) return;
  throw new ArgumentError(
    `fit: two callbacks are to be remembered as ${JSON.stringify(twice)}. Give one another name.`,
    {
      name: twice,
    },
  );
}

/** What `validate` gave, as parts of the epoch's record. */
function readValidation(measured: unknown): Pick<EpochRecord, "validationLoss" | "metrics"> {
  if (typeof measured === "number") return { validationLoss: measured };
  const entries = typeof measured === "object" && measured !== null ? Object.entries(measured) : [];
  const wrong = entries.find(([, value]) => typeof value !== "number");
  if (entries.length === 0 || wrong !== undefined) {
    const what = wrong === undefined ? String(measured) : `${wrong[0]}: ${String(wrong[1])}`;
    throw new DataError(
      `fit: validate returned ${what} (${typeof (wrong?.[1] ?? measured)}), not a number or numbers by name. Await item() of a loss.`,
    );
  }
  const metrics: Readonly<Record<string, number>> = Object.fromEntries(entries);
  return metrics["loss"] === undefined ? { metrics } : { validationLoss: metrics["loss"], metrics };
}
