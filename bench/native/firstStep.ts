/** A process of its own: prints the seconds that the first step of `train-resnet` takes, what is compiled for it included. */
import "../../src/runtime/registry.node.ts";
import { tensor } from "../../src/index.ts";
import { trainings } from "./networks.ts";
import { classes, noise } from "./problem.ts";

const { step } = await trainings.trainResnet()();
const [x, target] = [noise(16, [64, 3, 32, 32]), classes([64], 10)].map(({ data, shape }) => tensor(data, { shape }));
if (x === undefined || target === undefined) throw new Error("there are two inputs");
const start = performance.now();
const loss = await step(x, target).item();
if (!Number.isFinite(loss)) throw new Error(`The loss is ${loss}.`);
console.log((performance.now() - start) / 1000);
