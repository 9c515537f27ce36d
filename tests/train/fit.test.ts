import { describe, expect, it } from "vitest";
import * as nn from "../../src/nn/index.ts";
import * as optim from "../../src/optim/index.ts";
import { DataError, ShapeError } from "../../src/support/errors.ts";
import { Parameter } from "../../src/tensor/parameter.ts";
import { type Tensor, tensor } from "../../src/tensor/tensor.ts";
import { type CheckpointStore, memoryStore } from "../../src/train/checkpoint.ts";
import { fit } from "../../src/train/fit.ts";
import type { FitProgress } from "../../src/train/fitOptions.ts";
import type { FitResult } from "../../src/train/fitResult.ts";
import { bytesOf, makeScene } from "./scene.ts";

/** A model of one number w, whose loss is (w − goal)² for the batch's goal. */
function oneNumber(learningRate = 0.1, goals: readonly number[] = [1]) {
  const model = new nn.Linear(1, 1, { bias: false });
  model.loadStateDictionary(new Map([["weight", tensor([[0]])]]));
  const optimizer = new optim.SGD(model.parameters(), { learningRate });
  const loss = ({ goal }: { goal: Tensor }) => model.weight.value.subtract(goal).square().sum();
  return { model, optimizer, loss, batches: () => goals.map((goal) => ({ goal: tensor(goal) })) };
}

describe("fit()", () => {
  it("trains, reports each epoch and finishes", async () => {
    const scene = makeScene();
    const finished: FitProgress[] = [];
    const result = await fit({
      ...scene.options,
      onProgress: (progress) => void (progress.finished && finished.push(progress)),
    });
    expect(result.stopped).toBe("finished");
    expect(result.epochs).toBe(6);
    expect(result.history.map(({ epoch }) => epoch)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(result.history.at(-1)?.validationLoss).toBeLessThan(result.history[0]?.validationLoss ?? 0);
    expect(result.bestLoss).toBe(Math.min(...result.history.map(({ validationLoss = NaN }) => validationLoss)));
    expect(result.history[result.bestEpoch - 1]?.validationLoss).toBe(result.bestLoss);
    expect(finished.map(({ finished: record }) => record)).toEqual(result.history);
    expect(finished.every(({ steps, step }) => steps === 7 && step === 7)).toBe(true);
    expect(scene.model.training).toBe(false);
  });

  it("averages the losses of an epoch's steps", async () => {
    const result = await fit({ ...oneNumber(0, [1, 2, 4]), epochs: 2 });
    expect(result.history.map(({ loss }) => loss)).toEqual([7, 7]);
  });

  it("compiles the step once", async () => {
    let traced = 0;
    const { loss, ...rest } = oneNumber(0.1, [1, 2, 3]);
    const counting: typeof loss = (batch) => {
      traced++;
      return loss(batch);
    };
    await fit({ ...rest, loss: counting, epochs: 5 });
    expect(traced).toBe(1);
  });

  it("sets the learning rate by the schedule, without compiling again", async () => {
    const scene = oneNumber(1, [1, 1]);
    const result = await fit({ ...scene, epochs: 2, schedule: (step) => step / 10 });
    expect(result.history.map(({ learningRate }) => learningRate)).toEqual([0.1, 0.3]);
    // w ← w − rate · 2 (w − 1), with rates 0, 0.1, 0.2, 0.3
    expect(await scene.model.weight.value.item()).toBeCloseTo(1 - 0.8 * 0.6 * 0.4, 6);
  });

  it("stops early after `patience` epochs without enough improvement, and puts the best weights back", async () => {
    const scene = oneNumber(0.1);
    const losses = [5, 4, 3.95, 6, 7, 8, 9];
    const weights: number[] = [];
    const result = await fit({
      ...scene,
      epochs: 7,
      patience: 3,
      minimumChange: 0.1,
      validate: async () => {
        weights.push(await scene.model.weight.value.item());
        return losses[weights.length - 1] ?? NaN;
      },
    });
    expect(result).toMatchObject({ stopped: "early", epochs: 5, bestEpoch: 2, bestLoss: 4 });
    expect(await scene.model.weight.value.item()).toBe(weights[1]);
  });

  it("stops as diverged at the very step, says what to try, and puts the best weights back", async () => {
    const scene = oneNumber(0.1, [1, 1, 1]);
    let epoch = 0;
    const weights: number[] = [];
    const result = await fit({
      ...scene,
      batches: () => (++epoch === 3 ? [1, NaN, 1] : [1, 1, 1]).map((goal) => ({ goal: tensor(goal) })),
      epochs: 5,
      validate: async () => weights.push(await scene.model.weight.value.item()) * -1,
    });
    expect(result).toMatchObject({
      stopped: "diverged",
      epochs: 2,
      bestEpoch: 2,
      divergence: { epoch: 3, step: 2, loss: NaN },
    });
    expect(result.divergence?.message).toContain(
      "The loss became NaN in epoch 3, step 2. Try a lower learning rate (it is 0.1)",
    );
    expect(await scene.model.weight.value.item()).toBe(weights[1]);
  });

  it("sees losses that grow beyond all bounds", async () => {
    const result = await fit({ ...oneNumber(3, new Array<number>(400).fill(1)), epochs: 1 });
    expect(result.stopped).toBe("diverged");
    expect([Infinity, NaN]).toContain(result.divergence?.loss);
    expect(result.divergence?.step).toBeGreaterThan(20);
    expect(result.bestEpoch).toBe(0);
  });

  it("takes asynchronous batches, and batches that are not tensors alone", async () => {
    async function* batches() {
      for (const goal of [1, 2]) yield await Promise.resolve({ goal: tensor(goal), name: "the same" });
    }
    expect((await fit({ ...oneNumber(0), batches, epochs: 1 })).bestLoss).toBe(2.5);
  });

  it("refuses epochs without batches, losses that are no scalars, and validations that are no numbers", async () => {
    await expect(fit({ ...oneNumber(), batches: () => [], epochs: 1 })).rejects.toThrow("epoch 1 has no batches");
    const scene = oneNumber();
    await expect(fit({ ...scene, loss: () => scene.model.weight.value, epochs: 1 })).rejects.toThrow(ShapeError);
    // @ts-expect-error a tensor is no number
    await expect(fit({ ...oneNumber(), validate: () => tensor(1), epochs: 1 })).rejects.toThrow("Await item()");
  });
});

/** Ends the run like a crash, at the `count`th save, which still happens. */
class Killed extends Error {}
function killingStore(inner: CheckpointStore, count: number): CheckpointStore {
  let saves = 0;
  return {
    load: () => inner.load(),
    save: async (bytes) => {
      await inner.save(bytes);
      if (++saves === count) throw new Killed();
    },
  };
}

describe("a killed run", () => {
  /** What an uninterrupted run comes to. Runs draw from one generator: they must not run at the same time. */
  let uninterrupted: { result: FitResult; bytes: string; rate: number } | undefined;
  const runWhole = async () => {
    const whole = makeScene();
    const result = await fit({ ...whole.options, patience: 2, checkpoint: memoryStore(), checkpointSteps: 3 });
    return { result, bytes: await bytesOf(whole), rate: whole.optimizer.learningRate };
  };

  it.each([2, 5, 8])(
    "goes on to the same bits after save %i, with dropout, schedule and early stopping",
    async (saves) => {
      uninterrupted ??= await runWhole();
      const store = memoryStore();
      const first = makeScene();
      let kills = 0;
      await fit({ ...first.options, patience: 2, checkpoint: killingStore(store, saves), checkpointSteps: 3 }).catch(
        (error: unknown) => {
          expect(error).toBeInstanceOf(Killed);
          kills++;
        },
      );
      // Another process would begin with another state of everything
      const second = makeScene(1);
      second.model.forward(tensor([[1, 2]]));
      const result = await fit({ ...second.options, patience: 2, checkpoint: store, checkpointSteps: 3 });
      expect(kills).toBe(1);
      expect(result).toEqual(uninterrupted.result);
      expect(await bytesOf(second)).toBe(uninterrupted.bytes);
      expect(second.optimizer.learningRate).toBe(uninterrupted.rate);
    },
  );

  it("gives the same numbers with checkpoints as without", async () => {
    const [plain, saving] = [makeScene(), makeScene()];
    await fit(plain.options);
    const again = makeScene();
    await fit({ ...again.options, checkpoint: memoryStore(), checkpointSteps: 1 });
    expect(await bytesOf(again)).toBe(await bytesOf(plain));
    expect(await bytesOf(saving)).not.toBe(await bytesOf(plain));
  });

  it("stops at a signal with a checkpoint, and goes on to the same bits", async () => {
    const whole = makeScene();
    const expected = await fit(whole.options);
    const store = memoryStore();
    const abort = new AbortController();
    const first = makeScene();
    let steps = 0;
    const result = await fit({
      ...first.options,
      *batches(epoch) {
        for (const batch of first.loader.epoch(epoch)) {
          if (++steps === 17) abort.abort();
          yield batch;
        }
      },
      checkpoint: store,
      signal: abort.signal,
    });
    expect(result).toMatchObject({ stopped: "interrupted", epochs: 2 });
    const second = makeScene();
    expect(await fit({ ...second.options, checkpoint: store })).toEqual(expected);
    expect(await bytesOf(second)).toBe(await bytesOf(whole));
  });

  it("is done at once when it was done, and goes on when more epochs are asked for", async () => {
    const store = memoryStore();
    const first = makeScene();
    const result = await fit({ ...first.options, checkpoint: store });
    const again = makeScene();
    let steps = 0;
    expect(await fit({ ...again.options, checkpoint: store, schedule: () => ++steps })).toEqual(result);
    expect(steps).toBe(0);
    expect(await bytesOf(again)).toBe(await bytesOf(first));
    const more = makeScene();
    expect((await fit({ ...more.options, checkpoint: store, epochs: 8 })).epochs).toBe(8);
  });

  it("keeps a learning rate that was changed, unless the caller has changed it since", async () => {
    const store = memoryStore();
    const make = (rate: number) => ({ ...oneNumber(rate), checkpoint: store, epochs: 1 });
    const first = make(0.1);
    await fit({ ...first, onProgress: () => (first.optimizer.learningRate = 0.05) });
    const second = make(0.1);
    await fit(second);
    expect(second.optimizer.learningRate).toBe(0.05);
    const third = make(0.2);
    await fit(third);
    expect(third.optimizer.learningRate).toBe(0.2);
  });

  it("keeps parameters that stand outside the model, and validations that are not finite", async () => {
    const store = memoryStore();
    const make = () => {
      const scene = oneNumber(0.1);
      const scale = new Parameter(1);
      const optimizer = new optim.SGD([...scene.model.parameters(), scale], { learningRate: 0.1 });
      const loss: typeof scene.loss = (batch) => scene.loss(batch).multiply(scale.value);
      return { scale, options: { ...scene, optimizer, loss, checkpoint: store, validate: () => NaN } };
    };
    const first = make();
    const result = await fit({ ...first.options, epochs: 2 });
    const second = make();
    expect(await fit({ ...second.options, epochs: 2 })).toEqual(result);
    expect(result.history[1]?.validationLoss).toBe(NaN);
    expect(await second.scale.value.item()).toBe(await first.scale.value.item());
    expect(await second.scale.value.item()).not.toBe(1);
  });

  it("does not overwrite the last good checkpoint when it diverges", async () => {
    const store = memoryStore();
    await fit({ ...oneNumber(0.1), checkpoint: store, epochs: 2 });
    const good = await store.load();
    const bad = oneNumber(0.1, [NaN]);
    expect((await fit({ ...bad, checkpoint: store, epochs: 3 })).stopped).toBe("diverged");
    expect(await store.load()).toBe(good);
  });

  it("refuses checkpoints of other models, and damaged ones", async () => {
    const store = memoryStore();
    await fit({ ...makeScene().options, checkpoint: store });
    const other = fit({ ...oneNumber(), checkpoint: store, epochs: 1 });
    await expect(other).rejects.toThrow(DataError);
    await expect(other).rejects.toThrow(
      "the checkpoint cannot be resumed. loadStateDictionary: the state does not fit this model. Missing: weight. Not expected: 0.bias, 0.weight",
    );
    const bytes = (await store.load()) ?? new Uint8Array();
    await store.save(bytes.subarray(0, bytes.length - 1));
    await expect(fit({ ...makeScene().options, checkpoint: store })).rejects.toThrow(DataError);
    // A changed weight is still safetensors
    await store.save(bytes.with(bytes.length - 1, (bytes.at(-1) ?? 0) ^ 1));
    await expect(fit({ ...makeScene().options, checkpoint: store })).rejects.toThrow("its checksum is not that of");
  });
});
