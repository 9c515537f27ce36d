/** What units look for: on convolutions whose filters are known, so that what must come out is known as well. */
import { describe, expect, test } from "vitest";
import { hostArray, imagesInMemory } from "../../../src/data/index.ts";
import {
  firstFilters,
  optimizeUnits,
  PictureNetwork,
  receptiveFields,
  strongestPatches,
} from "../../../src/explain/index.ts";
import { maxPool, nn, relu, seed, type Tensor, tensor } from "../../../src/index.ts";
import { smallNetwork, stagesOf } from "../pictures/networks.ts";

/** Two filters: bright on the left and dark on the right, and a bright middle; then rectified, halved, seen by a second filter. */
function knownNetwork() {
  const first = new nn.Conv2d(1, 2, 3, { padding: 1, bias: false });
  first.weight.assign(
    tensor([
      [
        [
          [1, 0, -1],
          [1, 0, -1],
          [1, 0, -1],
        ],
      ],
      [
        [
          [-1, -1, -1],
          [-1, 8, -1],
          [-1, -1, -1],
        ],
      ],
    ]),
  );
  const second = new nn.Conv2d(2, 3, 3, { stride: 2 });
  return stagesOf(
    ["edges", (x) => relu(first.forward(x))],
    ["halves", (x) => maxPool(x, [2, 2], { stride: [2, 2] })],
    ["parts", (x) => second.forward(x)],
    ["classes", (x) => x.mean([2, 3])],
  );
}

describe("receptive fields", () => {
  test("are those of the geometry, whatever the weights", async () => {
    const asked = new PictureNetwork(knownNetwork(), { channels: 1, height: 13, width: 10 }, { block: 4 });
    const edges = await receptiveFields(asked, 0);
    expect(edges.columns.map(([start, end]) => [start, end])).toEqual(
      Array.from({ length: 10 }, (_, place) => [Math.max(0, place - 1), Math.min(10, place + 2)]),
    );
    expect((await receptiveFields(asked, 1)).rows.map((range) => [...range])).toEqual([
      [0, 3],
      [1, 5],
      [3, 7],
      [5, 9],
      [7, 11],
      [9, 13],
    ]);
    // 3 places of stage 1 each, two apart
    expect((await receptiveFields(asked, 2)).rows.map((range) => [...range])).toEqual([
      [0, 7],
      [3, 11],
    ]);
    expect(await receptiveFields(asked, 3)).toEqual({ rows: [[0, 11]], columns: [[0, 10]] });
  });
});

describe("strongest patches", () => {
  test("are found where they were drawn, strongest first, one a picture", async () => {
    const pixels = new Uint8Array(5 * 12 * 11);
    const draw = (picture: number, row: number, column: number, value: number) => {
      pixels[(picture * 12 + row) * 11 + column] = value;
    };
    draw(1, 4, 7, 100);
    draw(3, 10, 2, 200);
    draw(3, 1, 1, 50);
    const set = imagesInMemory(hostArray(pixels, [5, 12, 11, 1]), [0, 0, 0, 0, 0], ["dots"]);
    const asked = new PictureNetwork(knownNetwork(), { channels: 1, height: 12, width: 11 }, { block: 2 });
    const [dots] = await strongestPatches(asked, set.pixels, { stage: "edges", units: [1] });
    expect(dots?.patches.map(({ picture, box }) => [picture, box.top, box.bottom, box.left, box.right])).toEqual([
      [3, 9, 12, 1, 4],
      [1, 3, 6, 6, 9],
    ]);
    expect(dots?.patches[0]?.activation).toBeCloseTo((8 * 200) / 255, 4);
    expect(dots?.activeShare).toBeCloseTo(2 / 5);
    await expect(strongestPatches(asked, set.pixels, { stage: 0, units: [2] })).rejects.toThrow(/no unit 2 of 2/);
  });

  test("pictures of another size are refused", async () => {
    const set = imagesInMemory(hostArray(new Uint8Array(16), [1, 4, 4, 1]), [0], ["none"]);
    const asked = new PictureNetwork(knownNetwork(), { channels: 1, height: 12, width: 11 }, { block: 2 });
    await expect(strongestPatches(asked, set.pixels, { stage: 0 })).rejects.toThrow(/1 × 4 × 4, and the network takes/);
  });
});

describe("optimized pictures", () => {
  test("speak to their own unit: more than noise, and more than another unit's picture", async () => {
    const asked = new PictureNetwork(knownNetwork(), { channels: 1, height: 12, width: 12 }, { block: 2 });
    const found = await optimizeUnits(asked, { stage: "edges", units: [0, 1], steps: 40, seed: 3 });
    expect(found.pictures.every((value) => value >= 0 && value <= 1)).toBe(true);
    const { data } = await asked.activations(0, found.pictures);
    const answer = (unit: number, picture: number) => {
      const start = (2 * picture + unit) * 144;
      return data.subarray(start, start + 144).reduce((sum, value) => sum + value, 0) / 144;
    };
    for (const unit of [0, 1]) {
      expect(found.activations[unit]).toBeCloseTo(answer(unit, unit), 5);
      expect(answer(unit, unit)).toBeGreaterThan(2 * (found.begun[unit] ?? 1));
      expect(answer(unit, unit)).toBeGreaterThan(answer(unit, 1 - unit));
    }
  });

  test("are made for groups of units and for classes, the same for the same seed; units that are not there are named", async () => {
    seed(4);
    const network = smallNetwork();
    const asked = new PictureNetwork(network, { channels: 3, height: 9, width: 12 }, { block: 4 });
    const make = () => optimizeUnits(asked, { stage: "classes", units: [3, 1], steps: 6, totalVariation: 0.01 });
    const [first, again] = [await make(), await make()];
    expect(Array.from(first.pictures)).toEqual(Array.from(again.pictures));
    first.activations.forEach((answer, unit) => expect(answer).toBeGreaterThan(first.begun[unit] ?? answer));
    await expect(optimizeUnits(asked, { stage: "classes", units: [4] })).rejects.toThrow(/no unit 4; it has 4/);
  });
});

test("the first filters are pictures of their weights", async () => {
  class Network extends nn.Module {
    readonly first = new nn.Conv2d(1, 2, [2, 3]);
    readonly stages = [{ name: "first", forward: (x: Tensor) => this.first.forward(x) }];
    forward(x: Tensor): Tensor {
      return this.first.forward(x);
    }
  }
  const network = new Network().eval();
  network.first.weight.assign(
    tensor([
      [
        [
          [1, 0, -1],
          [0.5, 0, 0],
        ],
      ],
      [
        [
          [-4, 0, 2],
          [0, 0, 0],
        ],
      ],
    ]),
  );
  const { layer, pictures, count, height, width } = await firstFilters(network, 1);
  expect([layer, count, height, width]).toEqual(["first", 2, 2, 3]);
  expect(Array.from(pictures)).toEqual([1, 0.5, 0, 0.75, 0.5, 0.5, 0, 0.5, 0.75, 0.5, 0.5, 0.5]);
  await expect(firstFilters(network, 3)).rejects.toThrow(/no convolution over the 3 channels/);
});
