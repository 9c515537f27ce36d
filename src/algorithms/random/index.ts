/** Random numbers, as the namespace `random`. */
export * from "../../tensor/random.ts";
export type { ChoiceOptions, MultinomialOptions } from "./choice.ts";
export { choice, multinomial } from "./choice.ts";
export * from "./continuous.ts";
export * from "./gamma.ts";
export type { DistributionParameter } from "./parameters.ts";
export * from "./poisson.ts";
export * from "./truncated.ts";
