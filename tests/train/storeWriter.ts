/** A process that enters runs in a store, for runStore.test.ts: several at once, and one that waits to be killed. */
import { RunStore } from "../../src/train/runStore.node.ts";

const [path = "", name = "", task = ""] = process.argv.slice(2);
const store = new RunStore(path);
const id = store.begin({
  name,
  folder: `runs/${name}`,
  command: "storeWriter.ts",
  settings: { task },
  seed: 0,
  device: "wasm",
  versions: { node: process.version },
});
console.log(id);
if (task === "wait") setInterval(() => undefined, 1000);
else {
  for (let step = 1; step <= 200; step++) store.recordAll(id, step, { loss: 1 / step, rate: step });
  store.finish(id, "finished", { loss: 1 / 200 });
  store.close();
}
