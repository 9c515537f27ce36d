/**
 * The spine of the compiler: the passes from a graph to a plan, in order. Read this list and you know the
 * compiler; each pass stands in the file it is imported from. Nothing else calls a pass.
 */
import { isNode, type Node } from "../graph/node.ts";
import { isRegionNode } from "../graph/region.ts";
import type { Kernel } from "../kernel/kernel.ts";
import type { Plan } from "../kernel/plan.ts";
import type { Target } from "../kernel/target.ts";
import { sizeOf } from "../shape/shape.ts";
import { at, invariant } from "../support/invariant.ts";
import { finishKernel, type Launch, type RegionLaunch } from "./finish.ts";
import { fuseNests } from "./fuse.ts";
import { lowerToNest } from "./lower/nests.ts";
import { lowerParts } from "./lower/part.ts";
import { Values } from "./lower/values.ts";
import { chooseMaterialized, everyResult, storedInputs } from "./materialize.ts";
import { planMemory } from "./memory.ts";
import { type Nest, NestContext, type RegionCall } from "./nest.ts";
import type { Part, Program } from "./program.ts";
import { compileRegion } from "./regions/compileRegion.ts";
import { reuseResults } from "./reuse.ts";
import { packContraction } from "./schedule/pack.ts";
import { scheduleNest } from "./schedule/schedule.ts";
import { simplifyGraph } from "./simplify.ts";

/** Hears of each kernel as soon as it is scheduled, long before the plan is there. */
export type KernelListener = (kernel: Kernel) => void;

/** What the passes hand on; each fills in its part. */
export interface Compilation {
  readonly program: Program;
  readonly target: Target;
  readonly isSource: (node: Node) => boolean;
  readonly foresee: KernelListener | undefined;
  readonly context: NestContext;
  outputs: readonly Node[];
  parts: readonly Part[];
  materialized: readonly Node[];
  nests: readonly Nest[];
  launches: readonly Launch[];
  plan: Plan | undefined;
}

/** One pass: what it is called, what is true after it, and what it does. */
export interface Pass {
  readonly name: string;
  readonly why: string;
  /** Left out for targets that run programs as they are written. */
  readonly optimizes?: true;
  readonly run: (compilation: Compilation) => void;
}

/** The passes, in order. */
export const passes = [
  {
    name: "simplify",
    why: "No node is needless, and none is there twice.",
    optimizes: true,
    run: (state) => {
      const roots = [...state.outputs, ...rootsOf(state.parts)];
      const simple = simplifyGraph(roots, state.isSource);
      const of = new Map(roots.map((root, index) => [root, at(simple, index)]));
      state.outputs = simple.slice(0, state.outputs.length);
      state.parts = state.parts.map(({ whole, value, position }) => ({
        whole,
        value: of.get(value) ?? value,
        position: of.get(position) ?? position,
      }));
    },
  },
  {
    name: "materialize",
    why: "Each node is either kept in memory or computed where it is used.",
    run: (state) => {
      const choose = state.target.optimize ? chooseMaterialized : everyResult;
      state.materialized = choose(state.outputs, state.isSource, rootsOf(state.parts));
    },
  },
  {
    name: "lower",
    why: "Each node in memory has a loop nest that computes it.",
    run: (state) => {
      const values = new Values(state.context, new Set([...state.materialized, ...state.program.sources]));
      const regions = regionCalls(state.materialized, state.isSource);
      const nests = state.materialized.flatMap((node) => {
        const region = regions.get(node);
        if (region !== undefined) return regionNest(region);
        const isLoops = sizeOf(node.type.shape) > 0 && !isNode(node, "project");
        return isLoops ? lowerToNest(state.context, node, values) : [];
      });
      state.nests = [...nests, ...lowerParts(state.context, state.parts, values)];
    },
  },
  {
    name: "fuse",
    why: "Nests that pass over the same positions are one nest, and nothing is stored that nobody reads.",
    optimizes: true,
    run: (state) => {
      const kept = new Set(state.outputs);
      state.nests = fuseNests(state.context, state.nests, (tensor) => kept.has(tensor));
    },
  },
  {
    name: "reuse",
    why: "What a nest keeps for itself lies where its result will.",
    optimizes: true,
    run: (state) => {
      const kept = new Set(state.outputs);
      const fixed = new Set(state.program.replaces.map(([output]) => at(state.outputs, output)));
      for (const { whole } of state.parts) fixed.add(whole);
      state.nests = reuseResults(
        state.context,
        state.nests,
        (tensor) => kept.has(tensor),
        (tensor) => fixed.has(tensor),
      );
    },
  },
  {
    name: "pack",
    why: "Large contractions read their operands in the order in which tiles walk them.",
    optimizes: true,
    run: (state) => {
      const replaced = replacedBy(state);
      const { context, target, program } = state;
      const demands = { replaced, precision: program.precision ?? "f32" };
      state.nests = state.nests.flatMap((nest) => packContraction(context, nest, target, demands));
    },
  },
  {
    name: "schedule",
    why: "Each nest is a kernel: its loops have tiles and lanes, and every value is computed once.",
    run: (state) => {
      const replaced = replacedBy(state);
      state.launches = state.nests.map((nest) => {
        if (nest.region !== undefined) return launchRegion(nest, nest.region, state);
        const steps = scheduleNest(state.context, nest, state.target);
        const launch = finishKernel(state.context, nest, steps, state.target, replaced);
        state.foresee?.(launch.kernel);
        return launch;
      });
    },
  },
  {
    name: "memory",
    why: "Launches are in order, and every tensor has its memory.",
    run: (state) => {
      state.plan = planMemory(state.launches, state.program, state.outputs);
    },
  },
] as const satisfies readonly Pass[];

/** Which source each output may overwrite. */
function replacedBy({ program, outputs }: Compilation): ReadonlyMap<Node, Node> {
  return new Map(program.replaces.map(([output, source]) => [at(outputs, output), at(program.sources, source)]));
}

function rootsOf(parts: readonly Part[]): Node[] {
  return parts.flatMap(({ value, position }) => [value, position]);
}

/** The regions among `nodes`, with those of their results that are wanted. */
function regionCalls(nodes: readonly Node[], isSource: (node: Node) => boolean): ReadonlyMap<Node, RegionCall> {
  const calls = new Map<Node, RegionCall & { results: Map<number, Node> }>();
  for (const node of nodes)
    if (isRegionNode(node)) calls.set(node, { node, inputs: storedInputs(node, isSource), results: new Map() });
  for (const node of nodes)
    if (isNode(node, "project")) calls.get(at(node.inputs, 0))?.results.set(node.params.index, node);
  return calls;
}

function regionNest(region: RegionCall): Nest {
  const computes = [region.node, ...region.results.values()];
  return { axes: [], body: [], contraction: false, computes, waits: [], region };
}

function launchRegion({ computes }: Nest, region: RegionCall, { program, target, foresee }: Compilation): RegionLaunch {
  const { precision = "f32" } = program;
  return {
    commands: compileRegion(region, (body) => compileProgram({ ...body, precision }, target, foresee)),
    reads: new Set(region.inputs),
    writes: new Set(region.results.values()),
    mayOverwrite: new Set(),
    waits: [],
    computes,
  };
}

/** Name of a pass. */
export type PassName = (typeof passes)[number]["name"];

/** Is called after each pass with its name; `printPass` in `printPasses.ts` shows what the pass made. */
export type PassListener = (pass: PassName, compilation: Compilation) => void;

let listener: PassListener | undefined;

/** Lets `listen` see every compilation from now on, pass by pass: to print, to verify, to count. Returns the one before. */
export function listenToPasses(listen: PassListener | undefined): PassListener | undefined {
  const before = listener;
  listener = listen;
  return before;
}

/** Does somebody want to see the passes, which a plan that was kept would not go through? */
export function passesAreSeen(): boolean {
  return listener !== undefined;
}

/** The plan of `program` on `target`. `foresee` hears of its kernels on the way. */
export function compileProgram(program: Program, target: Target, foresee?: KernelListener): Plan {
  const { parts = [] } = program;
  const sources = new Set([...program.sources, ...parts.map(({ whole }) => whole)]);
  const state: Compilation = {
    program,
    target,
    foresee,
    isSource: (node) => sources.has(node),
    context: new NestContext(),
    outputs: program.outputs,
    parts,
    materialized: [],
    nests: [],
    launches: [],
    plan: undefined,
  };
  for (const pass of passes as readonly (Pass & { name: PassName })[]) {
    if (pass.optimizes && !target.optimize) continue;
    pass.run(state);
    listener?.(pass.name, state);
  }
  invariant(state.plan !== undefined, "the last pass makes the plan");
  return state.plan;
}
