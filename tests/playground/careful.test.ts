/** The careful lesson: its tables, its plane, and what the trained systems say, which the texts of the page rely on. */
import { beforeAll, describe, expect, test } from "vitest";
import { folderOf } from "../../src/io/index.ts";
import {
  type CarefulPlane,
  carefulCells,
  placeOfBone,
  shareSureAndUnseen,
  sure,
  sureAndUnseen,
} from "../../src/studio/playground/training/carefulPlane.ts";
import {
  animalsWithDogs,
  dogSizes,
  freshAnimals,
  groupOrder,
  groupsBySize,
  middleDog,
} from "../../src/studio/playground/training/dogSizes.ts";
import {
  type BoneAnswer,
  type CarefulSnapshot,
  carefulJob,
} from "../../src/studio/playground/training/jobs/careful.ts";
import { type Bone, strangers } from "../../src/systems/femurs/relations.ts";
import { loadFrom } from "../../src/systems/index.ts";

describe("tables without some dogs", () => {
  test.each(dogSizes)("%s: as many dogs as cats, of these sizes only, and always the same cats", (sizes) => {
    const { lengths, labels } = animalsWithDogs(sizes, 5);
    const dogs = lengths.filter((_, row) => labels[row] === 1);
    expect([lengths.length, dogs.length]).toEqual([400, 200]);
    if (sizes === "small") expect(Math.max(...dogs)).toBeLessThan(middleDog);
    if (sizes === "large") expect(Math.min(...dogs)).toBeGreaterThanOrEqual(middleDog);
    const cats = (from: typeof lengths, which: typeof labels): number[] => [
      ...from.filter((_, row) => which[row] === 0),
    ];
    const all = animalsWithDogs("all", 5);
    expect(cats(lengths, labels)).toEqual(cats(all.lengths, all.labels));
  });

  test("the bands hold about a quarter of the dogs each", () => {
    const groups = groupsBySize(freshAnimals(8000, 1));
    for (const name of groupOrder.slice(1)) {
      const share = groups.filter((group) => group === name).length / 4000;
      expect(share, name).toBeGreaterThan(0.2);
      expect(share, name).toBeLessThan(0.3);
    }
  });
});

describe("the plane", () => {
  test("finds where the network is sure and has seen nothing, away from the frame; nothing where there is none", () => {
    const size = carefulCells.columns * carefulCells.rows;
    const plane: CarefulPlane = { logOdds: new Float32Array(size), distance: new Float32Array(size).fill(0.5) };
    expect(sureAndUnseen(plane, 1)).toBeUndefined();
    plane.logOdds[0] = 9;
    plane.distance[0] = 9;
    expect(sureAndUnseen(plane, 1)).toBeUndefined();
    const middle = 32 * carefulCells.columns + 48;
    plane.logOdds[middle] = 7;
    expect(sureAndUnseen(plane, 1)).toBeUndefined();
    plane.distance[middle] = 2;
    const found = sureAndUnseen(plane, 1);
    expect(found && placeOfBone(found)).toEqual({ x: expect.closeTo(48.5 / 96, 9), y: expect.closeTo(32.5 / 64, 9) });
    expect(sureAndUnseen(plane, 0)).toBeUndefined();
    expect(shareSureAndUnseen(plane)).toBe(2 / size);
  });
});

describe("trained without the smaller half of the dogs", () => {
  let snapshot: CarefulSnapshot = { done: 0, task: "" };
  const training = carefulJob.start({ dogs: "large", seed: 0 });
  beforeAll(async () => {
    let rest = 1;
    while (rest > 0) {
      const next = await training.step(1);
      expect(next).toBeLessThanOrEqual(rest);
      rest = next;
    }
    snapshot = await training.snapshot();
  });
  const ask = async (bone: Bone): Promise<BoneAnswer> => {
    training.change({ bone });
    const { answered } = await training.snapshot();
    if (answered === undefined) throw new Error("there is no answer");
    return answered;
  };

  test("it fails the dogs that it never met, and says so of only a part of them", () => {
    const groups = snapshot.trained?.groups ?? [];
    expect(groups.map(({ name }) => name)).toEqual([...groupOrder]);
    const [cats, tiny, small, large, giant] = groups;
    expect(tiny?.accuracy.upper).toBeLessThan(0.1);
    expect(small?.accuracy.upper).toBeLessThan(0.4);
    for (const group of [cats, large, giant]) expect(group?.accuracy.lower).toBeGreaterThan(0.95);
    expect(tiny?.withheld).toBeLessThan(0.8);
    expect(snapshot.trained?.difference).toEqual({ best: "giant dogs", worst: "tiny dogs" });
    for (const { accuracy } of groups)
      expect(accuracy.lower <= accuracy.value && accuracy.value <= accuracy.upper).toBe(true);
  });

  test("why: what length and weight add makes up the log odds, compared with a bone that could be either", async () => {
    const { reason, probabilityOfDog, answer, withheld } = await ask({ length: 150, weight: 40 });
    expect(answer.inScope).toBe(true);
    expect(withheld).toBe("");
    const sum = reason.pushes.reduce((total, { push }) => total + push, 0);
    expect(Math.abs(sum - reason.logOdds)).toBeLessThan(0.01);
    expect(1 / (1 + Math.exp(-reason.logOdds))).toBeCloseTo(probabilityOfDog, 5);
    const undecided = await ask(reason.compared);
    expect(undecided.probabilityOfDog).toBeCloseTo(0.5, 2);
  });

  test("when: it would call a sabre-tooth a dog, and withholds it", async () => {
    const { answer, probabilityOfDog, withheld } = await ask(strangers["Smilodon fatalis"]);
    expect(probabilityOfDog).toBeGreaterThan(sure);
    expect(answer.inScope).toBe(false);
    expect(withheld).toMatch(/times that of the (longest|heaviest) training bone/);
    const plane = snapshot.trained?.plane;
    if (plane === undefined) throw new Error("it is not trained");
    const found = sureAndUnseen(plane, 1);
    if (found === undefined) throw new Error("there is no such place");
    const there = await ask(found);
    expect(there.answer.inScope).toBe(false);
    expect(there.probabilityOfDog).toBeGreaterThanOrEqual(sure);
  });

  test("the folder opens as a model of any Smilodon, and answers as the page does", async () => {
    training.change({ bone: undefined, isFolderWanted: true });
    const { folder } = await training.snapshot();
    expect((await training.snapshot()).folder).toBeUndefined();
    const model = await loadFrom(folderOf(folder ?? new Map()));
    const bone = { length: 150, weight: 40 };
    const [answer] = await model.predict([{ length_mm: bone.length, weight_g: bone.weight }]);
    const asked = await ask(bone);
    expect(answer).toMatchObject({ inScope: true, label: "dog", confidence: asked.probabilityOfDog });
    expect(folder?.get("README.md")).toContain("| tiny dogs |");
  });
});

test("a new training ends the one before, which would only take time", async () => {
  const first = carefulJob.start({ dogs: "all", seed: 1 });
  const second = carefulJob.start({ dogs: "all", seed: 2 });
  await expect(
    (async () => {
      for (;;) await first.step(1);
    })(),
  ).rejects.toThrow(/stopped/);
  carefulJob.start({ dogs: "all", seed: 2 });
  await expect(
    (async () => {
      for (;;) await second.step(1);
    })(),
  ).rejects.toThrow(/stopped/);
});
