/** Trains in Node and prints the outcome. */
import { train } from "./network.ts";

console.log(JSON.stringify(await train(200)));
