/**
 * Regions as commands. The body of a loop or branch is compiled like a program of its own, by the same passes, and its
 * commands then stand inside a command of the plan around. State that is handed on has one place in memory: the new
 * value replaces the old as a parameter's does. Slices are read where they lie, and results written where they belong.
 */
import { type Node, node, sourceNode } from "../../graph/node.ts";
import type { PrimitiveOf } from "../../graph/primitives.ts";
import { regionOf, substitute } from "../../graph/region.ts";
import type { TensorType } from "../../graph/tensorType.ts";
import type { Command, Plan } from "../../kernel/plan.ts";
import { bytesOf } from "../../shape/dtype.ts";
import { sizeOf } from "../../shape/shape.ts";
import { at } from "../../support/invariant.ts";
import type { RegionCall } from "../nest.ts";
import type { Part, Program } from "../program.ts";
import type { RegionCommands, RegionMemory } from "./regionMemory.ts";

/** Compiles the body of a region. */
export type CompileBody = (program: Program) => Plan;

type Results = RegionCall["results"];
/** A region, and what lies in memory for its inputs. */
interface Call<P extends PrimitiveOf<"region">> {
  readonly region: Node<P>;
  readonly inputs: readonly Node[];
  readonly results: Results;
  readonly compile: CompileBody;
}
type RegionCompiler<P extends PrimitiveOf<"region">> = (call: Call<P>) => RegionCommands;

/** The commands of `call`. */
export function compileRegion({ node: region, inputs, results }: RegionCall, compile: CompileBody): RegionCommands {
  return compileBy({ region, inputs, results, compile });
}

function compileBy<P extends PrimitiveOf<"region">>(call: Call<P>): RegionCommands {
  const compiler: RegionCompiler<P> = compilers[call.region.primitive];
  return compiler(call);
}

const compilers: { readonly [P in PrimitiveOf<"region">]: RegionCompiler<P> } = {
  scan: ({ region, inputs, results, compile }) => {
    const { length, carries } = region.params;
    const plan = length > 0 ? compile(stepProgram(region, results)) : undefined;
    const stacks = stacksOf(region, results).map(({ stack }) => stack);
    return (memory) => {
      const { slots, commands } = beginCarries(inputs.slice(0, carries), results, memory);
      if (plan === undefined) return commands;
      const counter = memory.scratch(bytesOf("i32"));
      const others = inputs.slice(carries).map((input) => memory.slotOf(input));
      const written = [...slots, ...stacks.map((stack) => memory.slotOf(stack))];
      const body = memory.inline(plan, [counter, ...slots, ...others, ...written]);
      return [...commands, { kind: "loop", count: length, counter, body }];
    };
  },
  whileLoop: ({ region, inputs, results, compile }) => {
    const { carries } = region.params;
    const [condition, body] = [regionOf(region.params.condition), regionOf(region.params.body)];
    const test = compile({ sources: condition.parameters, outputs: condition.results, replaces: [] });
    const replaces = body.results.map((_, carry) => [carry, carry] as const);
    const step = compile({ sources: body.parameters, outputs: body.results, replaces });
    return (memory) => {
      const { slots, commands } = beginCarries(inputs.slice(0, carries), results, memory);
      const goesOn = memory.scratch(bytesOf("bool"));
      const given = [...slots, ...inputs.slice(carries).map((input) => memory.slotOf(input))];
      const ask = memory.inline(test, [...given, goesOn]);
      const again = [...memory.inline(step, [...given, ...slots]), ...ask];
      return [...commands, ...ask, { kind: "while", condition: goesOn, body: again }];
    };
  },
  cond: ({ region, inputs, results, compile }) => {
    const wanted = [...results.keys()];
    const plans = region.params.branches.map((branch) => {
      const { parameters, results: all } = regionOf(branch);
      return compile({ sources: parameters, outputs: wanted.map((index) => at(all, index)), replaces: [] });
    });
    return (memory) => {
      const [predicate, ...operands] = inputs.map((input) => memory.slotOf(input));
      const slots = [...operands, ...[...results.values()].map((result) => memory.slotOf(result))];
      const [body, otherwise] = plans.map((plan) => memory.inline(plan, slots));
      return [{ kind: "cond", predicate: predicate ?? -1, body: body ?? [], otherwise: otherwise ?? [] }];
    };
  },
};

/** The slots of what is handed on, and the commands that put its first value there. */
function beginCarries(
  first: readonly Node[],
  results: Results,
  memory: RegionMemory,
): { readonly slots: readonly number[]; readonly commands: readonly Command[] } {
  const slots = first.map(({ type }, carry) => {
    const result = results.get(carry);
    return result === undefined ? memory.scratch(bytesOfType(type)) : memory.slotOf(result);
  });
  const commands = first.flatMap((tensor, carry): Command[] => {
    const bytes = bytesOfType(tensor.type);
    return bytes === 0 ? [] : [{ kind: "copy", from: memory.slotOf(tensor), to: at(slots, carry), bytes }];
  });
  return { slots, commands };
}

/** One step of a scan. Sources: the step's number, then the inputs of the scan; outputs: the carries, then the stacks wanted. */
function stepProgram(region: Node<"scan">, results: Results): Program {
  const { length, carries, slices, isReversed } = region.params;
  const { parameters, results: all } = regionOf(region.params.body);
  const counter = sourceNode({ shape: [], dtype: "i32" });
  const last = node("constant", [], { value: length - 1, dtype: "i32" });
  const position = isReversed ? node("subtract", [last, counter], {}) : counter;
  const wholes = region.inputs.slice(carries, carries + slices).map(({ type }) => sourceNode(type));
  const read = wholes.map((whole, index) => {
    const slice = node("gather", [whole, position], { axis: 0, batch: 0, value: null });
    return [at(parameters, carries + index), slice] as const;
  });
  const stepResults = substitute(all, new Map(read));
  const stacks = stacksOf(region, results);
  const parts = stacks.map(
    ({ stack, of }): Part => ({
      whole: sourceNode(stack.type),
      value: "carry" in of ? at(parameters, of.carry) : at(stepResults, of.result),
      position,
    }),
  );
  return {
    sources: [counter, ...parameters.slice(0, carries), ...wholes, ...parameters.slice(carries + slices)],
    outputs: [...stepResults.slice(0, carries), ...parts.map(({ whole }) => whole)],
    replaces: Array.from({ length: carries }, (_, carry) => [carry, 1 + carry] as const),
    parts,
  };
}

/** The stacks that somebody wants, and what of each step they keep: a result, or what a carry was before. */
function stacksOf(
  region: Node<"scan">,
  results: Results,
): readonly { readonly stack: Node; readonly of: { readonly result: number } | { readonly carry: number } }[] {
  const { body, carries } = region.params;
  const end = body.resultTypes.length;
  return [...results].flatMap(([index, stack]) => {
    if (index < carries) return [];
    return [{ stack, of: index < end ? { result: index } : { carry: index - end } }];
  });
}

function bytesOfType({ shape, dtype }: TensorType): number {
  return sizeOf(shape) * bytesOf(dtype);
}
