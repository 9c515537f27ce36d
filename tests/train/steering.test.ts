/** What steers `fit`: callbacks, metrics, plateaus, several batches a step, averages of weights. */
import { describe, expect, it } from "vitest";
import { Loader } from "../../src/data/loader.ts";
import * as nn from "../../src/nn/index.ts";
import * as optim from "../../src/optim/index.ts";
import { ArgumentError } from "../../src/support/errors.ts";
import { hostArray } from "../../src/tensor/hostArray.ts";
import { type Tensor, tensor } from "../../src/tensor/tensor.ts";
import type { FitCallback } from "../../src/train/callbacks.ts";
import { memoryStore } from "../../src/train/checkpoint.ts";
import { fit } from "../../src/train/fit.ts";
import type { FitOptions } from "../../src/train/fitOptions.ts";
import { reduceOnPlateau } from "../../src/train/plateau.ts";
import { bytesOf, makeScene } from "./scene.ts";

/** A model of one number w, whose loss is (w − goal)². */
function oneNumber(learningRate = 0.1, steps = 1) {
  const model = new nn.Linear(1, 1, { bias: false });
  model.loadStateDictionary(new Map([["weight", tensor([[0]])]]));
  const optimizer = new optim.SGD(model.parameters(), { learningRate });
  const loss = ({ goal }: { goal: Tensor }) => model.weight.value.subtract(goal).square().sum();
  const batches = () => Array.from({ length: steps }, () => ({ goal: tensor(1) }));
  return { model, optimizer, loss, batches };
}

/** Ends the run at a save, as a crash would. */
function killedAfter(saves: number) {
  const store = memoryStore();
  let count = 0;
  return {
    store,
    killing: {
      load: store.load,
      save: async (bytes: Uint8Array) => {
        await store.save(bytes);
        if (++count === saves) throw new Error("killed");
      },
    },
  };
}

describe("callbacks", () => {
  it("are called in order, with the numbers of the moment", async () => {
    const seen: string[] = [];
    const callback: FitCallback = {
      start: ({ epoch, epochs }) => void seen.push(`start ${epoch}/${epochs}`),
      step: async (run) => void seen.push(`step ${run.epoch}.${run.step} ${run.totalSteps} ${await run.readLoss()}`),
      epochEnd: ({ epoch, loss }) => void seen.push(`epoch ${epoch} ${loss}`),
      end: ({ stopped }) => void seen.push(stopped),
    };
    await fit({ ...oneNumber(0.5, 2), epochs: 2, callbacks: [callback] });
    expect(seen).toEqual([
      "start 1/2",
      "step 1.1 1 1",
      "step 1.2 2 0",
      "epoch 1 0.5",
      "step 2.1 3 0",
      "step 2.2 4 0",
      "epoch 2 0",
      "finished",
    ]);
  });

  it("may stop training within an epoch or after one, and change the rate", async () => {
    const stopping: FitCallback = { step: (run) => void (run.totalSteps === 3 && run.stop()) };
    expect(await fit({ ...oneNumber(0.1, 2), epochs: 5, callbacks: [stopping] })).toMatchObject({
      stopped: "early",
      epochs: 1,
    });
    const after: FitCallback = { epochEnd: ({ epoch }, run) => void (epoch === 2 && run.stop()) };
    expect(await fit({ ...oneNumber(), epochs: 5, callbacks: [after] })).toMatchObject({ stopped: "early", epochs: 2 });
    const scene = oneNumber(0.1);
    const halving: FitCallback = { epochEnd: (_, run) => void (run.learningRate /= 2) };
    const { history } = await fit({ ...scene, epochs: 3, callbacks: [halving] });
    expect(history.map(({ learningRate }) => learningRate)).toEqual([0.1, 0.05, 0.025]);
    await expect(fit({ ...scene, epochs: 3, schedule: () => 0.1, callbacks: [halving] })).rejects.toThrow(
      "the schedule would set it back",
    );
  });

  it("need names of their own for what they remember", async () => {
    const callbacks = [reduceOnPlateau(), reduceOnPlateau()];
    await expect(fit({ ...oneNumber(), epochs: 1, callbacks })).rejects.toThrow('remembered as "reduceOnPlateau"');
  });

  it("stay stopped when the run is resumed", async () => {
    const store = memoryStore();
    const callbacks: FitCallback[] = [{ step: (run) => void (run.totalSteps === 3 && run.stop()) }];
    const first = oneNumber(0.1, 2);
    await fit({ ...first, epochs: 5, callbacks, checkpoint: store });
    const second = oneNumber(0.1, 2);
    expect((await fit({ ...second, epochs: 5, checkpoint: store })).stopped).toBe("early");
    expect(await second.model.weight.value.item()).toBe(await first.model.weight.value.item());
  });
});

describe("validation with several metrics", () => {
  const validations = [
    { loss: 1, accuracy: 0.5 },
    { loss: 2, accuracy: 0.9 },
    { loss: 3, accuracy: 0.8 },
    { loss: 4, accuracy: NaN },
  ];
  const validate = () => {
    let calls = 0;
    return () => validations[calls++] ?? {};
  };

  it("is judged by the loss, or by the metric that is named, in its direction", async () => {
    const byLoss = await fit({ ...oneNumber(), epochs: 4, validate: validate() });
    expect(byLoss).toMatchObject({ bestEpoch: 1, bestLoss: 1 });
    expect(byLoss.history[1]).toMatchObject({ validationLoss: 2, metrics: { loss: 2, accuracy: 0.9 } });
    const store = memoryStore();
    const options = { monitor: "accuracy", mode: "max", patience: 2, checkpoint: store } as const;
    const byAccuracy = await fit({ ...oneNumber(), epochs: 9, validate: validate(), ...options });
    expect(byAccuracy).toMatchObject({ stopped: "early", epochs: 4, bestEpoch: 2, bestLoss: 0.9 });
    expect(await fit({ ...oneNumber(), epochs: 9, validate: validate(), ...options })).toEqual(byAccuracy);
  });

  it("refuses names that are not measured, and what is no number", async () => {
    const options = { ...oneNumber(), epochs: 1 };
    await expect(fit({ ...options, validate: validate(), monitor: "auc" })).rejects.toThrow(
      'no metric "auc" to monitor; validate gave loss, accuracy',
    );
    await expect(fit({ ...options, validate: () => ({ accuracy: 1 }) })).rejects.toThrow('no metric "loss"');
    // @ts-expect-error a tensor is no number
    await expect(fit({ ...options, validate: () => ({ loss: tensor(1) }) })).rejects.toThrow("loss: Tensor(f32[])");
  });
});

describe("reduceOnPlateau()", () => {
  it("lowers the rate as the schedule does, and lets others change it", async () => {
    const losses = [5, 4, 4, 4, 4, 4];
    const run = (callbacks: readonly FitCallback[]) => {
      const validate = losses.values();
      return fit({ ...oneNumber(1), epochs: 6, callbacks, validate: () => validate.next().value ?? NaN });
    };
    const rates = async (callbacks: readonly FitCallback[]) =>
      (await run(callbacks)).history.map(({ learningRate }) => learningRate);
    const reduce = () => reduceOnPlateau({ factor: 0.5, patience: 1 });
    expect(await rates([reduce()])).toEqual([1, 1, 1, 1, 0.5, 0.5]);
    const lowering: FitCallback = { epochEnd: ({ epoch }, run) => void (epoch === 1 && (run.learningRate = 0.1)) };
    expect(await rates([lowering, reduce()])).toEqual([1, 0.1, 0.1, 0.1, 0.05, 0.05]);
  });

  it("goes on where it was, when the run was killed", async () => {
    const losses = [3, 2, 2, 2, 2, 2, 1, 1, 1, 1];
    const options = (epochOf: { epoch: number }) => ({
      ...oneNumber(0.1),
      epochs: 10,
      batches: (epoch: number) => {
        epochOf.epoch = epoch;
        return [{ goal: tensor(1) }];
      },
      validate: () => losses[epochOf.epoch - 1] ?? NaN,
      callbacks: [reduceOnPlateau({ factor: 0.5, patience: 1 })],
      checkpointSeconds: 0,
    });
    const whole = await fit(options({ epoch: 0 }));
    expect(whole.history.map(({ learningRate }) => learningRate)).toContain(0.025);
    const { store, killing } = killedAfter(4);
    await expect(fit({ ...options({ epoch: 0 }), checkpoint: killing })).rejects.toThrow("killed");
    expect(await fit({ ...options({ epoch: 0 }), checkpoint: store })).toEqual(whole);
  });
});

/** Rows 0 … 9 in batches of `batchSize`, and a small network without chance. */
function regression(batchSize: number) {
  const features = Float32Array.from({ length: 20 }, (_, index) => Math.sin(7 * index));
  const targets = Float32Array.from({ length: 10 }, (_, index) => Math.cos(3 * index));
  const loader = new Loader(
    { x: hostArray(features, [10, 2]), y: hostArray(targets, [10, 1]) },
    { batchSize, shuffle: false },
  );
  const model = new nn.Sequential(new nn.Linear(2, 4), new nn.Tanh(), new nn.Linear(4, 1));
  const shapes = [...model.stateDictionary()];
  model.loadStateDictionary(
    new Map(
      shapes.map(([name, { shape, size }]) => [
        name,
        tensor(
          Float32Array.from({ length: size }, (_, index) => Math.sin(index + size)),
          { shape },
        ),
      ]),
    ),
  );
  const optimizer = new optim.AdamW(model.parameters(), { learningRate: 0.1, clipNorm: 0.5 });
  const options: Omit<FitOptions<{ x: Tensor; y: Tensor }>, "epochs"> = {
    model,
    optimizer,
    batches: loader,
    loss: ({ x, y }) => nn.mseLoss(model.forward(x), y),
  };
  return { model, optimizer, options };
}

describe("accumulate", () => {
  it("takes the step of the big batch, to rounding, also at the end of an epoch", async () => {
    const big = regression(6);
    const expected = await fit({ ...big.options, epochs: 4 });
    const small = regression(2);
    const result = await fit({ ...small.options, accumulate: 3, epochs: 4 });
    expect(expected.history.length).toBe(result.history.length);
    result.history.forEach(({ loss }, index) => expect(loss).toBeCloseTo(expected.history[index]?.loss ?? NaN, 5));
    for (const [name, value] of big.model.stateDictionary()) {
      const [wanted, found] = [await value.data(), await small.model.stateDictionary().get(name)?.data()];
      wanted.forEach((number, index) => expect(found?.[index]).toBeCloseTo(number, 5));
    }
    expect(await small.optimizer.count.item()).toBe(await big.optimizer.count.item());
  });

  it("weighs batches by their rows", async () => {
    // 10 rows in batches of 4, 4 and 2
    const [big, small] = [regression(10), regression(4)];
    await fit({ ...big.options, epochs: 1 });
    await fit({ ...small.options, accumulate: 3, epochs: 1 });
    const [wanted, found] = [big, small].map(({ model }) => model.stateDictionary().get("0.weight"));
    (await wanted?.data())?.forEach(async (number, index) =>
      expect((await found?.data())?.[index]).toBeCloseTo(number, 5),
    );
  });

  it("counts steps, not batches, and goes on to the same bits", async () => {
    const run = (checkpoint = memoryStore()) => {
      const scene = makeScene();
      const steps: number[] = [];
      const onProgress = ({
        finished,
        step,
        steps: all,
      }: {
        finished: unknown;
        step: number;
        steps?: number | undefined;
      }) => void (finished && steps.push(step, all ?? 0));
      return { scene, steps, options: { ...scene.options, accumulate: 2, checkpoint, checkpointSteps: 3, onProgress } };
    };
    const whole = run();
    const expected = await fit(whole.options);
    expect(whole.steps.slice(0, 2)).toEqual([4, 4]);
    const { store, killing } = killedAfter(3);
    await expect(fit(run(killing).options)).rejects.toThrow("killed");
    const second = run(store);
    expect(await fit(second.options)).toEqual(expected);
    expect(await bytesOf(second.scene)).toBe(await bytesOf(whole.scene));
  });

  it("refuses what is no number of batches", async () => {
    await expect(fit({ ...oneNumber(), accumulate: 0, epochs: 1 })).rejects.toThrow(ArgumentError);
  });
});

describe("an average of the weights", () => {
  it("is validated with and left in the model; training goes on with the weights themselves", async () => {
    const scene = oneNumber(0.25);
    const average = new optim.WeightAverage(scene.model.parameters(), { decay: 0.5 });
    const validated: number[] = [];
    const validate = async () => {
      validated.push(await scene.model.weight.value.item());
      return -validated.length;
    };
    await fit({ ...scene, average, epochs: 3, validate });
    // w = 1/2, 3/4, 7/8 after the steps; averages from 0 with decay 1/2
    expect(validated).toEqual([0.25, 0.5, 0.6875]);
    expect(await scene.model.weight.value.item()).toBe(0.6875);
    const plain = oneNumber(0.25);
    const ofPlain = new optim.WeightAverage(plain.model.parameters(), { decay: 0.5 });
    await fit({ ...plain, average: ofPlain, epochs: 3 });
    expect(await plain.model.weight.value.item()).toBe(0.6875);
  });

  it("goes on to the same bits, and trains to the same weights as without", async () => {
    const run = (checkpoint = memoryStore()) => {
      const scene = makeScene();
      const average = new optim.WeightAverage(scene.model.parameters(), { decay: 0.95 });
      return { scene, options: { ...scene.options, average, checkpoint, checkpointSteps: 4 } };
    };
    const whole = run();
    const expected = await fit(whole.options);
    const { store, killing } = killedAfter(4);
    await expect(fit(run(killing).options)).rejects.toThrow("killed");
    const second = run(store);
    expect(await fit(second.options)).toEqual(expected);
    expect(await bytesOf(second.scene)).toBe(await bytesOf(whole.scene));
    const plain = makeScene();
    const without = await fit(plain.options);
    expect(expected.history.map(({ loss }) => loss)).toEqual(without.history.map(({ loss }) => loss));
    expect(expected.history[5]?.validationLoss).not.toBe(without.history[5]?.validationLoss);
  });
});
