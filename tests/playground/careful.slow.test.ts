/** The program of the careful page runs as it is, and trains what the page has trained. */
import { afterAll, expect, test } from "vitest";
import { carefulProgram } from "../../src/studio/playground/training/export/carefulProgram.ts";
import { carefulJob } from "../../src/studio/playground/training/jobs/careful.ts";
import { strangers } from "../../src/systems/femurs/relations.ts";
import { Checkout } from "./checkout.ts";

const checkout = new Checkout();
afterAll(() => checkout.remove());

test("the same log odds to the last bit", async () => {
  const dogs = "small";
  checkout.write("careful.ts", carefulProgram({ dogs, seed: 3 }));
  const [printed = ""] = await checkout.run("careful.ts");
  const found = [...printed.matchAll(/^log odds (\S+)/gm)].map(([, value]) => Number(value));
  const training = carefulJob.start({ dogs, seed: 3 });
  while ((await training.step(1)) > 0);
  const expected: (number | undefined)[] = [];
  for (const bone of [{ length: 105, weight: 13 }, strangers["Smilodon fatalis"]]) {
    training.change({ bone });
    expected.push((await training.snapshot()).answered?.reason.logOdds);
  }
  expect(found).toEqual(expected);
}, 120_000);
