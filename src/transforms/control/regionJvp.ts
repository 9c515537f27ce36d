/**
 * Forward mode for regions, one row a primitive: from the tangents of all inputs to those of all results. Loops hand the
 * tangents of their carries on beside the carries themselves.
 */
import { type Node, node, sourceNode } from "../../graph/node.ts";
import type { PrimitiveOf } from "../../graph/primitives.ts";
import { project, Region, regionOf } from "../../graph/region.ts";
import { at } from "../../support/invariant.ts";
import { zerosLike } from "../../tensor/creation.ts";
import { castNode } from "../../tensor/operands.ts";
import { Tensor } from "../../tensor/tensor.ts";
import { type BranchParts, type Captured, condParts, makeCond, makeScan, scanParts } from "./parts.ts";
import { movingCarries } from "./regionVjp.ts";

/** Changes of all nodes that depend on the seeds, up to `outputs`: `jvp.ts` hands in itself. */
export type PushForwardGraph = (
  outputs: readonly Node[],
  seeds: ReadonlyMap<Node, Tensor>,
) => ReadonlyMap<Node, Tensor>;

/** A list with gaps: undefined is zero. */
export type Changes = readonly (Tensor | undefined)[];

/** A region that was applied to `inputs`, which change by `tangents`. */
interface Applied<P extends PrimitiveOf<"region">> {
  readonly region: Node<P>;
  readonly inputs: readonly Node[];
  readonly tangents: Changes;
  readonly pushForward: PushForwardGraph;
}

type RegionJvpRule<P extends PrimitiveOf<"region">> = (applied: Applied<P>) => Changes;

/** The changes of the results of `region`, by number. */
export function pushForwardRegion(applied: Applied<PrimitiveOf<"region">>): Changes {
  return applyRule(applied.region, applied);
}

function applyRule<P extends PrimitiveOf<"region">>(region: Node<P>, applied: Omit<Applied<P>, "region">): Changes {
  const rule: RegionJvpRule<P> = rules[region.primitive];
  return rule({ ...applied, region });
}

const rules: { readonly [P in PrimitiveOf<"region">]: RegionJvpRule<P> } = {
  scan: ({ region, inputs, tangents, pushForward }) => {
    const parts = scanParts(region, inputs);
    const { carries, slices, outputs, captured } = parts;
    const moving = moved(region, inputs, tangents);
    const changing = (pairs: readonly Captured[], first: number, isSlice: boolean) =>
      pairs.flatMap(({ parameter }, index) => {
        const value = tangents[first + index]?.node;
        return value === undefined ? [] : [{ value, of: parameter, parameter: changeOf(value, isSlice) }];
      });
    const changedSlices = changing(slices, carries.length, true);
    const changedCaptured = changing(captured, carries.length + slices.length, false);
    const state = moving.map((carry) => sourceNode(at(carries, carry).parameter.type));
    const seeds = new Map<Node, Tensor>([
      ...moving.map((carry, index) => [at(carries, carry).parameter, new Tensor(at(state, index))] as const),
      ...[...changedSlices, ...changedCaptured].map(({ of, parameter }) => [of, new Tensor(parameter)] as const),
    ]);
    const changes = pushForward([...carries.map(({ result }) => result), ...outputs], seeds);
    const changed = outputs.flatMap((output, index) => (changes.has(output) ? [index] : []));
    const forward = makeScan({
      ...parts,
      carries: [
        ...carries,
        ...moving.map((carry, index) => {
          const { initial, result } = at(carries, carry);
          return {
            initial: (tangents[carry] ?? zerosLike(new Tensor(initial))).node,
            parameter: at(state, index),
            result: changeIn(changes, result),
          };
        }),
      ],
      slices: [...slices, ...changedSlices],
      outputs: changed.map((index) => changeIn(changes, at(outputs, index))),
      captured: [...captured, ...changedCaptured],
    });
    const place = (carry: number) => carries.length + moving.indexOf(carry);
    return [
      ...carries.map((_, carry) => (moving.includes(carry) ? forward.carry(place(carry)) : undefined)),
      ...outputs.map((_, index) => (changed.includes(index) ? forward.stack(changed.indexOf(index)) : undefined)),
      ...carries.map((_, carry) => (moving.includes(carry) ? forward.history(place(carry)) : undefined)),
    ];
  },
  whileLoop: ({ region, inputs, tangents, pushForward }) => {
    const { carries } = region.params;
    const [condition, body] = [regionOf(region.params.condition), regionOf(region.params.body)];
    const moving = moved(region, inputs, tangents);
    const changed = inputs.flatMap((_, index) => (index >= carries && tangents[index] !== undefined ? [index] : []));
    const states = moving.map((carry) => sourceNode(at(inputs, carry).type));
    const others = changed.map((index) => sourceNode(at(inputs, index).type));
    const parameter = (index: number) => at(body.parameters, index);
    const changes = pushForward(
      body.results,
      new Map([
        ...moving.map((carry, index) => [parameter(carry), new Tensor(at(states, index))] as const),
        ...changed.map((index, other) => [parameter(index), new Tensor(at(others, other))] as const),
      ]),
    );
    const around = (own: readonly Node[]) => [...own.slice(0, carries), ...states, ...own.slice(carries), ...others];
    const initial = moving.map((carry) => (tangents[carry] ?? zerosLike(new Tensor(at(inputs, carry)))).node);
    const forward = node(
      "whileLoop",
      [
        ...inputs.slice(0, carries),
        ...initial,
        ...inputs.slice(carries),
        ...changed.flatMap((index) => tangents[index]?.node ?? []),
      ],
      {
        condition: new Region(around(condition.parameters), condition.results),
        body: new Region(around(body.parameters), [
          ...body.results,
          ...moving.map((carry) => changeIn(changes, at(body.results, carry))),
        ]),
        carries: carries + moving.length,
      },
    );
    return body.results.map((_, carry) =>
      moving.includes(carry) ? new Tensor(project(forward, carries + moving.indexOf(carry))) : undefined,
    );
  },
  cond: ({ region, inputs, tangents, pushForward }) => {
    const parts = condParts(region, inputs);
    const given = parts.operands.flatMap((_, index) => {
      const tangent = tangents[index + 1];
      return tangent === undefined ? [] : [{ index, tangent, change: sourceNode(tangent.node.type) }];
    });
    const forward = ({ parameters, results }: BranchParts): BranchParts => {
      const seeds = given.map(({ index, change }) => [at(parameters, index), new Tensor(change)] as const);
      const changes = pushForward(results, new Map(seeds));
      return {
        parameters: [...parameters, ...given.map(({ change }) => change)],
        results: results.map((result) => changeIn(changes, result)),
      };
    };
    const [whenTrue, whenFalse] = parts.branches;
    return makeCond({
      predicate: parts.predicate,
      operands: [...parts.operands, ...given.map(({ tangent }) => tangent.node)],
      branches: [forward(whenTrue), forward(whenFalse)],
    });
  },
};

function moved(region: Node<"scan" | "whileLoop">, inputs: readonly Node[], tangents: Changes): readonly number[] {
  return movingCarries(
    region,
    inputs,
    inputs.map((_, index) => tangents[index] !== undefined),
    "forward",
  );
}

/** The parameter of a body for the change of `value`. */
function changeOf({ type: { shape, dtype } }: Node, isSlice: boolean): Node {
  return sourceNode({ shape: isSlice ? shape.slice(1) : shape, dtype });
}

function changeIn(changes: ReadonlyMap<Node, Tensor>, result: Node): Node {
  const change = changes.get(result) ?? zerosLike(new Tensor(result));
  return castNode(change.node, result.type.dtype);
}
