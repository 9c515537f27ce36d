/** A training run in a process of its own, for node.test.ts to kill: says each save, and at the end what came of it. */

import { fileStore } from "../../src/train/checkpointFile.node.ts";
import { fit } from "../../src/train/fit.ts";
import { bytesOf, makeScene } from "./scene.ts";

const store = fileStore(process.argv[2] ?? "");
const scene = makeScene();
const result = await fit({
  ...scene.options,
  epochs: 4,
  checkpointSteps: 5,
  checkpoint: {
    load: () => store.load(),
    save: async (bytes) => {
      await store.save(bytes);
      process.stdout.write("saved\n");
      // Time for the killer, in the middle of things
      await new Promise((resolve) => setTimeout(resolve, 20));
    },
  },
});
console.log(JSON.stringify(result), await bytesOf(scene));
