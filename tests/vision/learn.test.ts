/** Learning from pictures: small sketches that are told apart, the same numbers again, stopping and going on, time. */
import { describe, expect, test } from "vitest";
import { hostArray, type ImageSet, imagesInMemory } from "../../src/data/index.ts";
import {
  accuracyOf,
  chooseSettings,
  learn,
  ScoreReader,
  TrainingDivergedError,
  TrainingInterruptedError,
  type VisionNetwork,
  type VisionSettings,
} from "../../src/systems/vision/index.ts";
import { memoryStore } from "../../src/train/index.ts";
import { numbersFrom } from "./sketchyPictures.ts";

/** Noise with a bright bar: upright (0) or level (1), anywhere. */
function bars(count: number, seed: number, side = 12): ImageSet {
  const next = numbersFrom(seed);
  const pixels = new Uint8Array(count * side * side);
  const labels = Array.from({ length: count }, (_, row) => {
    const label = row % 2;
    const place = Math.floor(next() * (side - 1));
    for (let y = 0; y < side; y++)
      for (let x = 0; x < side; x++) {
        const across = label === 0 ? x : y;
        const isBar = across === place || across === place + 1;
        pixels[(row * side + y) * side + x] = 60 + 80 * next() + (isBar ? 90 : 0);
      }
    return label;
  });
  return imagesInMemory(hostArray(pixels, [count, side, side, 1]), labels, ["upright", "level"]);
}

const small: VisionSettings = {
  network: { network: "lenet", channels: 1, height: 12, width: 12, classes: 2 },
  training: { epochs: 3, batchSize: 13, optimizer: "adamw", learningRate: 3e-3 },
};

async function weightsOf(network: VisionNetwork): Promise<number[]> {
  const values = await Promise.all(network.parameters().map(({ value }) => value.data()));
  return values.flatMap((each) => Array.from(each, Number));
}

describe("a network", () => {
  const training = bars(130, 1);

  test("that is broad at first and turns its filters tells bars apart", { timeout: 60_000 }, async () => {
    const { network } = await learn(bars(96, 2), {
      network: { network: "airbench", channels: 1, height: 12, width: 12, classes: 2, breadth: 0.125 },
      training: {
        epochs: 6,
        batchSize: 32,
        optimizer: "filters",
        learningRate: 0.1,
        weightDecay: 5e-4,
        labelSmoothing: 0.1,
        augmentation: { mirror: "alternating", shift: 1, cutout: 3 },
      },
    });
    const fresh = bars(200, 3);
    expect(network.training).toBe(false);
    expect(accuracyOf(await new ScoreReader(network).read(fresh.pixels), fresh)).toBeGreaterThan(0.95);
  });

  test("learns the same numbers from the same seed, others from another", async () => {
    const [first, again, other] = [
      await learn(training, small, { seed: 4 }),
      await learn(training, small, { seed: 4 }),
      await learn(training, small, { seed: 5 }),
    ];
    expect(await weightsOf(again.network)).toEqual(await weightsOf(first.network));
    expect(again.history).toEqual(first.history);
    expect(await weightsOf(other.network)).not.toEqual(await weightsOf(first.network));
  });

  test("that was stopped goes on to the numbers of one that was not", async () => {
    const changed: VisionSettings = {
      ...small,
      training: { ...small.training, augmentation: { mirror: "alternating", shift: 1 }, average: 0.9 },
    };
    const whole = await learn(training, changed, { seed: 7 });
    const checkpoint = memoryStore();
    const stop = new AbortController();
    const stopped = learn(training, changed, {
      seed: 7,
      checkpoint,
      signal: stop.signal,
      callbacks: [{ step: ({ totalSteps }) => (totalSteps === 14 ? stop.abort() : undefined) }],
    });
    await expect(stopped).rejects.toThrow(TrainingInterruptedError);
    const resumed = await learn(training, changed, { seed: 7, checkpoint });
    expect(await weightsOf(resumed.network)).toEqual(await weightsOf(whole.network));
    expect(resumed.history.map(({ loss }) => loss)).toEqual(whole.history.map(({ loss }) => loss));
  });

  test("keeps the best epoch where others are asked about after each", async () => {
    const { history, bestEpoch } = await learn(training, small, { validation: bars(40, 9) });
    const accuracies = history.map(({ metrics }) => metrics?.["accuracy"] ?? Number.NaN);
    expect(accuracies.every((value) => value >= 0 && value <= 1)).toBe(true);
    expect(accuracies[bestEpoch - 1]).toBe(Math.max(...accuracies));
  });

  test("goes on from another one, and ends when its time is over, with the weights that it then has", async () => {
    const first = await learn(training, small);
    const before = await weightsOf(first.network);
    const endless = { ...small, training: { ...small.training, epochs: 100_000, average: 0.5 } };
    const hooks = { from: first.network, milliseconds: 200, validation: bars(40, 9) };
    const { network, history, bestEpoch } = await learn(training, endless, hooks);
    expect(network).toBe(first.network);
    expect(history.length).toBeGreaterThan(0);
    expect(history.length).toBeLessThan(100_000);
    expect(bestEpoch).toBeGreaterThan(0);
    expect(await weightsOf(network)).not.toEqual(before);
  });

  test("that loses its numbers says so", async () => {
    const hopeless = { ...small, training: { ...small.training, learningRate: 1e30 } };
    await expect(learn(training, hopeless)).rejects.toThrow(TrainingDivergedError);
  });
});

describe("settings", () => {
  const photographs = { count: 1600, classes: 2, channels: 3, width: 500, height: 375 } as const;

  test("fit the pictures, keep their proportions, and say why", () => {
    const { settings, input, reasons } = chooseSettings(photographs);
    expect(input).toEqual({ channels: 3, width: 128, height: 96, fit: "cover" });
    expect(settings.network).toMatchObject({ network: "airbench", channels: 3, height: 96, width: 128, classes: 2 });
    expect(settings.training.augmentation.mirror).toBe("alternating");
    expect(reasons.map(({ name }) => name)).toContain("epochs");
    expect(JSON.parse(JSON.stringify(settings))).toEqual(settings);
  });

  test("leave digits as they are, and take what is chosen", () => {
    const digits = { count: 60_000, classes: 10, channels: 1, width: 28, height: 28, areSigns: true } as const;
    const { settings, input, milliseconds, reasons } = chooseSettings(digits, {
      minutes: 2,
      epochs: 3,
      network: "vit",
    });
    expect(input).toMatchObject({ width: 28, height: 28 });
    expect(settings.training).toMatchObject({ epochs: 3, optimizer: "adamw" });
    expect(settings.training.augmentation.mirror).toBe("none");
    expect(milliseconds).toBeLessThan(2 * 60_000);
    expect(reasons.find(({ name }) => name === "epochs")?.reason).toBe("you chose it");
  });

  test("make networks from nine pictures to a million", () => {
    for (const count of [9, 300, 5_000, 1_000_000])
      for (const scale of ["tiny", "small", "full"] as const) {
        const { training } = chooseSettings({ ...photographs, count }, { scale }).settings;
        expect(training.epochs).toBeGreaterThanOrEqual(1);
        expect(training.batchSize).toBeGreaterThanOrEqual(16);
      }
  });
});
