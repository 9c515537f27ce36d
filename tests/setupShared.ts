/** Files that share a process begin on the device that vitest.config.ts names, whatever the file before them set. */
import { setDevice } from "../src/runtime/registry.ts";

setDevice("wasm");
