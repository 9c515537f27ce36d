/** Trains, and says which losses it saw. */
import { compile, nn, optim, seed, tensor } from "../../../src/index.ts";

seed(1);
const model = new nn.Linear(2, 1);
const optimizer = new optim.SGD(model.parameters(), { learningRate: 0.5 });
const step = compile(() => optimizer.minimize(() => nn.mseLoss(model.forward(x), y)));
const x = tensor([
  [0, 1],
  [1, 0],
]);
const y = tensor([[1], [0]]);
const losses: number[] = [];
for (let index = 0; index < 20; index++) losses.push(await step().item());
postMessage({ losses, isIsolated: crossOriginIsolated });
