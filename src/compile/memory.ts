/**
 * The memory plan: the order of the launches, which results overwrite what they replace, and where intermediate
 * results lie in the arena, sharing memory once nothing needs them any more.
 */
import type { Node } from "../graph/node.ts";
import { primitives } from "../graph/primitives.ts";
import { topologicalOrder } from "../graph/traverse.ts";
import type { Kernel } from "../kernel/kernel.ts";
import type { Command, Plan, Slot } from "../kernel/plan.ts";
import { structureOf } from "../kernel/structure.ts";
import { bytesOf } from "../shape/dtype.ts";
import { sizeOf } from "../shape/shape.ts";
import { at } from "../support/invariant.ts";
import { remember } from "../support/remember.ts";
import type { Launch } from "./finish.ts";
import { orderLaunches } from "./order.ts";
import type { Program } from "./program.ts";
import { inlineCommands, slotsIn } from "./regions/inline.ts";
import type { RegionMemory } from "./regions/regionMemory.ts";

/** Arena memory starts at multiples of this many bytes: whole cache lines. */
const alignment = 64;

/** The plan of `launches`, each after those it reads. `outputs` are the program's outputs as the launches know them. */
export function planMemory(launches: readonly Launch[], program: Program, outputs: readonly Node[]): Plan {
  const layout = new Layout(launches, program, outputs);
  const ordered = layout.order();
  const kernels = new Map<string, number>();
  const inMemory = new Set([...program.sources, ...launches.flatMap(({ computes }) => computes)]);
  const plan = { kernels: [] as Kernel[], commands: [...layout.firstCopies] };
  const place = (kernel: Kernel) => remember(kernels, structureOf(kernel), () => plan.kernels.push(kernel) - 1);
  for (const launch of ordered) {
    if (launch.kernel === undefined) {
      plan.commands.push(...launch.commands(layout.regionMemory(place)));
      continue;
    }
    plan.commands.push({
      kind: "kernel",
      kernel: place(launch.kernel),
      slots: launch.tensors.map((tensor) => layout.slotOf(tensor)),
      sizes: launch.sizes,
      label: launch.kernel.name,
      ...describe(launch, inMemory),
    });
  }
  plan.commands.push(...layout.lastCopies);
  const { slots, arenaBytes } = placeInArena(layout.slots, layout.inside, plan.commands);
  return {
    slots,
    arenaBytes,
    externals: program.sources.length + outputs.length,
    kernels: plan.kernels,
    commands: plan.commands,
  };
}

/** What a launch is made of: the nodes that it puts in memory, and those it computes on the way from other nodes in memory. */
function describe({ computes }: Launch, inMemory: ReadonlySet<Node>) {
  const own = new Set(computes);
  const isLeaf = (node: Node) => inMemory.has(node) && !own.has(node);
  const nodes = topologicalOrder(computes, isLeaf).filter((node) => !isLeaf(node));
  return {
    origins: distinct(nodes.map((node) => node.origin.line)),
    computes: distinct(nodes.map(({ primitive }) => (primitives[primitive].family === "leaf" ? "" : primitive))),
    layers: distinct(nodes.map((node) => node.layer)),
  };
}

/** Each name once, in order; empty ones left out. */
function distinct(names: readonly string[]): string[] {
  return [...new Set(names)].filter((name) => name !== "");
}

/** Which slot holds which tensor, and the order that in-place updates ask for. */
class Layout {
  readonly slots: Slot[] = [];
  /** Copies before and after all launches. */
  readonly firstCopies: Command[] = [];
  readonly lastCopies: Command[] = [];
  /** Slots that are parts of others, whose offsets are counted from there. */
  readonly inside = new Map<number, number>();
  readonly #launches: readonly Launch[];
  readonly #slotOf = new Map<Node, number>();
  readonly #writer = new Map<Node, Launch>();
  /** Also of what is handed over inside a kernel and stored nowhere. */
  readonly #computer = new Map<Node, Launch>();
  /** Launches that must come before a launch, besides those it reads. */
  readonly #before = new Map<Launch, Launch[]>();

  constructor(launches: readonly Launch[], program: Program, outputs: readonly Node[]) {
    this.#launches = launches;
    for (const launch of launches) {
      for (const tensor of launch.writes) this.#writer.set(tensor, launch);
      for (const node of launch.computes) this.#computer.set(node, launch);
    }
    const externals = [...program.sources, ...outputs];
    externals.forEach((tensor, position) =>
      this.slots.push({ kind: "external", position, bytes: bytesOfTensor(tensor) }),
    );
    program.sources.forEach((source, index) => this.#slotOf.set(source, index));
    const replaced = new Map(program.replaces.map(([output, source]) => [output, at(program.sources, source)]));
    outputs.forEach((output, index) => this.#placeOutput(output, program.sources.length + index, replaced.get(index)));
  }

  /** The slot that holds `tensor`; what is not given from outside gets one in the arena. */
  slotOf(tensor: Node): number {
    return remember(this.#slotOf, tensor, () => this.#scratch(bytesOfTensor(tensor)));
  }

  /** What regions need; `place` gives the number of a kernel in the plan. */
  regionMemory(place: (kernel: Kernel) => number): RegionMemory {
    return {
      slotOf: (tensor) => this.slotOf(tensor),
      scratch: (bytes) => this.#scratch(bytes),
      inline: (plan, externals) => inlineCommands(plan, this.#slotsOf(plan, externals), place),
    };
  }

  /** Slots for those of `inner`: its scratch memory is a stretch of ours. */
  #slotsOf(inner: Plan, externals: readonly number[]): number[] {
    const stretch = inner.arenaBytes > 0 ? this.#scratch(inner.arenaBytes) : -1;
    return inner.slots.map((slot) => {
      if (slot.kind === "external") return at(externals, slot.position);
      const own = this.slots.push(slot) - 1;
      if (slot.kind === "arena") this.inside.set(own, stretch);
      return own;
    });
  }

  #scratch(bytes: number): number {
    return this.slots.push({ kind: "arena", offset: 0, bytes }) - 1;
  }

  /** Launches so that each follows those it reads and those that read what it overwrites. */
  order(): Launch[] {
    const bytesOf = (tensor: Node) => (this.#slotOf.has(tensor) ? 0 : bytesOfTensor(tensor));
    return orderLaunches(this.#launches, (launch) => this.#needs(launch), bytesOf);
  }

  #placeOutput(output: Node, external: number, replaced: Node | undefined): void {
    const known = this.#slotOf.get(output);
    const bytes = bytesOfTensor(output);
    const writer = this.#writer.get(output);
    if (
      known === undefined &&
      (replaced === undefined || (writer?.mayOverwrite.has(output) === true && this.#runAfterReaders(writer, replaced)))
    ) {
      this.#slotOf.set(output, external);
      return;
    }
    let from = this.slotOf(output);
    if (writer === undefined && replaced !== undefined && output !== replaced) {
      // One source becomes another's new value: kept aside first, since it may itself be overwritten
      const aside = this.slots.push({ kind: "arena", offset: 0, bytes }) - 1;
      this.firstCopies.push({ kind: "copy", from, to: aside, bytes });
      from = aside;
    }
    this.lastCopies.push({ kind: "copy", from, to: external, bytes });
  }

  /** Makes `writer` run after every other launch that reads `replaced`; false where one of them needs it first. */
  #runAfterReaders(writer: Launch, replaced: Node): boolean {
    const readers = this.#launches.filter((launch) => launch !== writer && launch.reads.has(replaced));
    if (readers.some((reader) => this.#isNeededBy(writer, reader))) return false;
    this.#before.set(writer, [...(this.#before.get(writer) ?? []), ...readers]);
    return true;
  }

  #isNeededBy(launch: Launch, later: Launch): boolean {
    const seen = new Set<Launch>();
    const open = [later];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      if (next === launch) return true;
      if (seen.has(next)) continue;
      seen.add(next);
      open.push(...this.#needs(next));
    }
    return false;
  }

  #needs(launch: Launch): Launch[] {
    const read = [...launch.reads].flatMap((tensor) => this.#writer.get(tensor) ?? []);
    const awaited = launch.waits.flatMap((node) => this.#computer.get(node) ?? []);
    return [...read, ...awaited, ...(this.#before.get(launch) ?? [])].filter((needed) => needed !== launch);
  }
}

/** Gives each arena slot an offset; slots whose lives do not meet may share memory. */
function placeInArena(
  slots: readonly Slot[],
  inside: ReadonlyMap<number, number>,
  commands: readonly Command[],
): { slots: Slot[]; arenaBytes: number } {
  const lives = livesOf(commands, inside);
  const bySize = slots.map((_, index) => index).filter((index) => slots[index]?.kind === "arena" && !inside.has(index));
  bySize.sort((a, b) => at(slots, b).bytes - at(slots, a).bytes || a - b);
  const placed: { offset: number; end: number; life: readonly [number, number] }[] = [];
  const result = [...slots];
  let arenaBytes = 0;
  for (const index of bySize) {
    const bytes = Math.ceil(at(slots, index).bytes / alignment) * alignment;
    const life = lives.get(index) ?? [0, 0];
    const rivals = placed
      .filter((other) => other.life[0] <= life[1] && life[0] <= other.life[1])
      .sort((a, b) => a.offset - b.offset);
    let offset = 0;
    for (const rival of rivals) {
      if (offset + bytes <= rival.offset) break;
      offset = Math.max(offset, rival.end);
    }
    placed.push({ offset, end: offset + bytes, life });
    arenaBytes = Math.max(arenaBytes, offset + bytes);
    result[index] = { kind: "arena", offset, bytes: at(slots, index).bytes };
  }
  for (const [index, stretch] of inside) {
    const [slot, whole] = [at(result, index), at(result, stretch)];
    if (slot.kind === "arena" && whole.kind === "arena")
      result[index] = { ...slot, offset: whole.offset + slot.offset };
  }
  return { slots: result, arenaBytes };
}

/** First and last command that touches each slot; what a loop touches, it needs from beginning to end. */
function livesOf(
  commands: readonly Command[],
  inside: ReadonlyMap<number, number>,
): Map<number, readonly [number, number]> {
  const lives = new Map<number, readonly [number, number]>();
  commands.forEach((command, time) => {
    for (const touched of slotsIn(command)) {
      const slot = inside.get(touched) ?? touched;
      lives.set(slot, [lives.get(slot)?.[0] ?? time, time]);
    }
  });
  return lives;
}

function bytesOfTensor(tensor: Node): number {
  return sizeOf(tensor.type.shape) * bytesOf(tensor.type.dtype);
}
