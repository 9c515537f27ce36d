/**
 * The bits of a few training steps, for `determinism.test.ts`. Run as a process of its own it prints them; with the argument
 * `something` it computes other things first.
 */
import { createHash } from "node:crypto";
import { compile, nn, optim, random, seed, type Tensor } from "../../src/index.ts";

/** A digest of losses and weights of a small network with dropout, trained on random data. */
export function trainFrom(start: number): string {
  seed(start);
  const model = new nn.Sequential(new nn.Linear(33, 17), new nn.GELU(), new nn.Dropout(0.3), new nn.Linear(17, 5));
  const optimizer = new optim.AdamW(model.parameters(), { learningRate: 1e-2 });
  const step = compile((x: Tensor, y: Tensor) =>
    optimizer.minimize(() => model.forward(x).subtract(y).square().mean()),
  );
  const hash = createHash("sha256");
  const note = (value: Tensor) => hash.update(new Uint8Array(value.dataSync().buffer));
  for (let index = 0; index < 3; index++) note(step(random.normal([19, 33]), random.uniform([19, 5])));
  for (const value of model.stateDictionary().values()) note(value);
  return hash.digest("hex");
}

if (import.meta.main) {
  if (process.argv[2] === "something") {
    for (let size = 1; size < 20; size++)
      random
        .normal([size, 3])
        .exp()
        .matmul(random.normal([3, size]))
        .dataSync();
  }
  process.stdout.write(`${trainFrom(7)}\n`);
}
