/**
 * Nodes of the graph: what is to be computed. A node knows its type at once, where the user's code made it and
 * in which layer. Nodes are made by `node()`, which asks the type rule; nothing is computed here.
 */
import { captureOrigin, type Origin } from "../support/origin.ts";
import type { Primitive, PrimitiveParams } from "./primitives.ts";
import type { TensorType } from "./tensorType.ts";
import { inferType } from "./typeRules.ts";

export type { TensorType } from "./tensorType.ts";

/** One operation on the results of others. `Node<"sum">` knows its parameters; plain `Node` is any of them. */
export class Node<P extends Primitive = Primitive> {
  readonly id: number;
  readonly primitive: P;
  readonly params: PrimitiveParams[P];
  readonly type: TensorType;
  /** Where the user's code made it. */
  readonly origin: Origin;
  /** Path of the layer that made it: `model.0.weight`; empty outside layers. */
  readonly layer: string;
  /** Name of the device that it must run on, where that is settled. */
  readonly device: string | undefined;
  #inputs: readonly Node[];

  constructor(primitive: P, inputs: readonly Node[], params: PrimitiveParams[P], type: TensorType, device?: string) {
    this.id = nextId++;
    this.primitive = primitive;
    this.#inputs = inputs;
    this.params = params;
    this.type = type;
    this.origin = inheritedOrigin ?? captureOrigin();
    this.layer = inheritedLayer ?? path;
    this.device = device ?? deviceOf(inputs);
  }

  get inputs(): readonly Node[] {
    return this.#inputs;
  }

  /** Lets go of the inputs once the value is kept elsewhere, so that what it was computed from can be freed. */
  forgetInputs(): void {
    this.#inputs = [];
  }
}

/** Makes a node, or throws the type rule's error. */
export function node<P extends Primitive>(primitive: P, inputs: readonly Node[], params: PrimitiveParams[P]): Node<P> {
  return new Node(
    primitive,
    inputs,
    params,
    inferType(
      primitive,
      inputs.map((input) => input.type),
      params,
    ),
  );
}

function deviceOf(inputs: readonly Node[]): string | undefined {
  for (const { device } of inputs) if (device !== undefined) return device;
  return undefined;
}

/** Makes a leaf for data of `type`; whoever runs the program supplies the data. */
export function sourceNode(type: TensorType, device?: string): Node<"source"> {
  return new Node("source", [], { shape: type.shape, dtype: type.dtype }, type, device);
}

/** Is `node` an application of `primitive`? Narrows its parameters. */
export function isNode<P extends Primitive>(node: Node, primitive: P): node is Node<P> {
  return node.primitive === primitive;
}

/** Runs `make` with every node made in it marked as part of layer `name`, inside the layers already open. */
export function inLayer<T>(name: string, make: () => T): T {
  const outer = path;
  path = outer === "" ? name : `${outer}.${name}`;
  try {
    return make();
  } finally {
    path = outer;
  }
}

/** Path of the layers now open: `model.encoder.0`. */
export function layerPath(): string {
  return path;
}

/** Runs `make` with every node made in it given the origin of the node it comes from: derivatives point at the user's line. */
export function withOrigin<T>(origin: Origin, make: () => T): T {
  const outer = inheritedOrigin;
  inheritedOrigin = origin;
  try {
    return make();
  } finally {
    inheritedOrigin = outer;
  }
}

/**
 * Runs `make` with every node made in it given the present place as origin, unless they inherit one already: looking
 * for the place takes longer than making a node, so an operation of many nodes looks once.
 */
export function withOneOrigin<T>(make: () => T): T {
  return inheritedOrigin === undefined ? withOrigin(captureOrigin(), make) : make();
}

/** Runs `make` with every node made in it given origin and layer of `node`: derivatives belong to what they derive. */
export function derivedFrom<T>(node: Node, make: () => T): T {
  const outer = inheritedLayer;
  inheritedLayer = node.layer;
  try {
    return withOrigin(node.origin, make);
  } finally {
    inheritedLayer = outer;
  }
}

/** Nodes made from now on have at least this id. */
export function nextNodeId(): number {
  return nextId;
}

let nextId = 0;
let inheritedOrigin: Origin | undefined;
let inheritedLayer: string | undefined;
/** Path of the layers now open. */
let path = "";
