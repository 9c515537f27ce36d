/** Names of what a visitor may choose for a network; choices.ts has the code that each stands for, and the engine with it. */

/** The nonlinearities and how the page writes them. */
export const nonlinearityTitles = {
  tanh: "tanh",
  relu: "ReLU",
  sigmoid: "sigmoid",
  sine: "sine",
  none: "none (linear)",
} as const;

/** Name of a nonlinearity. */
export type NonlinearityName = keyof typeof nonlinearityTitles;

/** The optimizers and how the page writes them. */
export const optimizerTitles = {
  adam: "Adam",
  sgd: "gradient descent",
  momentum: "with momentum",
  rmsprop: "RMSprop",
} as const;

/** Name of an optimizer. */
export type OptimizerName = keyof typeof optimizerTitles;
