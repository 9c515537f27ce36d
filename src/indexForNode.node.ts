/** `smilodon` in Node: the same as everywhere (`index.ts`), and devices that only run there. */
import "./runtime/registry.node.ts";

export * from "./index.ts";
