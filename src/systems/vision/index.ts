/** Pictures: networks, how they learn, and what becomes of them. `README.md` says where to begin. */
export { Standardize, VisionNetwork } from "./network.ts";
export { createNetwork } from "./networks/index.ts";
export { type NetworkName, type NetworkSettings, type NetworkShape, networkNames } from "./settings.ts";
