/** `smilodon/node`: what needs files or a terminal. Browsers import everything else. */
import "./runtime/registry.node.ts";

export * from "./data/index.node.ts";
export * from "./io/index.node.ts";
export * from "./systems/index.node.ts";
export * from "./train/index.node.ts";
