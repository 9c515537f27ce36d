/** Random numbers, as the namespace `random`. */
export * from "../../tensor/random.ts";
export * from "./continuous.ts";
export * from "./gamma.ts";
