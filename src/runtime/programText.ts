/** A program as a text, for keys of plans that outlive the process. */
import type { Program } from "../compile/program.ts";
import type { Node } from "../graph/node.ts";
import { paramsText } from "../graph/paramsText.ts";
import { Region } from "../graph/region.ts";
import { typeText } from "../graph/tensorType.ts";
import { topologicalOrder } from "../graph/traverse.ts";

/**
 * A text that two programs share exactly when they have one plan: what is computed, and besides, what the plan says of it: the
 * lines and the layers that it comes from.
 */
export function programText({ sources, outputs, replaces, parts = [], precision = "f32" }: Program): string {
  const given = [...new Set([...sources, ...parts.map(({ whole }) => whole)])];
  const numbers = new Map(given.map((node, number): [Node, number] => [node, number]));
  const places = new Places();
  const isGiven = new Set(given);
  const roots = [...outputs, ...parts.flatMap(({ value, position }) => [value, position])];
  const lines = given.map((node) => `${typeText(node.type)} ${places.of(node)}`);
  const numberOf = (node: Node) => `${numbers.get(node)}`;
  for (const node of topologicalOrder(roots, (each) => isGiven.has(each))) {
    if (isGiven.has(node)) continue;
    numbers.set(node, numbers.size);
    const computed = `${node.primitive}(${node.inputs.map(numberOf)};${paramsText(node.params)})`;
    lines.push(`${computed} ${typeText(node.type)} ${places.of(node)}`);
  }
  const ends = parts.map(({ whole, value, position }) => [whole, value, position].map(numberOf));
  lines.push(`${sources.map(numberOf)}`, `${outputs.map(numberOf)}`, replaces.join(";"), ends.join(";"), precision);
  return [...lines, ...places.texts].join("\n");
}

/** Lines and layers that nodes come from, each text once. */
class Places {
  readonly #numbers = new Map<string, number>();

  get texts(): Iterable<string> {
    return this.#numbers.keys();
  }

  /** The number of the place of `node`, and those of what its regions are made of. */
  of(node: Node): string {
    const place = `${node.origin.line} ${node.layer}`;
    const number = this.#numbers.get(place) ?? this.#numbers.size;
    this.#numbers.set(place, number);
    const params: object = node.params;
    const values: readonly unknown[] = Object.values(params);
    const regions = values.filter((value) => value instanceof Region);
    const inside = regions.map(({ results }) => topologicalOrder(results).map((each) => this.of(each)));
    return inside.length === 0 ? `${number}` : `${number}{${inside.join("|")}}`;
  }
}
