/** The state of a compilation after each pass, as text: for people, tests and the documentation. */
import { printGraph } from "../graph/print.ts";
import { printPlan } from "../kernel/print.ts";
import { at } from "../support/invariant.ts";
import type { Nest } from "./nest.ts";
import type { Compilation, PassName } from "./pipeline.ts";

const printers: { readonly [Pass in PassName]: (compilation: Compilation) => string } = {
  simplify: ({ outputs }) => printGraph(outputs),
  materialize: ({ materialized }) =>
    materialized.map((node) => `${node.primitive} ${node.type.dtype}[${node.type.shape}]`).join("\n"),
  lower: ({ nests }) => nests.map(showNest).join("\n"),
  fuse: ({ nests }) => nests.map(showNest).join("\n"),
  reuse: ({ nests }) => nests.map(showNest).join("\n"),
  pack: ({ nests }) => nests.map(showNest).join("\n"),
  schedule: ({ launches }) =>
    launches.map((launch) => launch.kernel?.name ?? at(launch.computes, 0).primitive).join("\n"),
  memory: ({ plan }) => (plan === undefined ? "" : printPlan(plan)),
};

/** What `pass` made of the program. */
export function printPass(pass: PassName, compilation: Compilation): string {
  return printers[pass](compilation);
}

function showNest(nest: Nest): string {
  return `[${nest.axes.map((axis) => axis.extent).join(", ")}] ${nest.computes.map((node) => node.primitive).join(", ")}`;
}
