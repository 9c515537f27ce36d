/**
 * Hands out stretches of one address space. Two-level segregated fit (Masmano et al., 2004): free blocks wait in lists
 * by size class, found through bitmaps, so that taking and giving back take the same short time however many there
 * are; neighbours that are free are joined at once.
 */
import { invariant } from "../support/invariant.ts";

/** Blocks start at multiples of this many bytes and are multiples of it long. */
export const alignment = 64;

/** Eight classes to each power of two, so that a block is at most an eighth longer than the class asked for. */
const subdivisionBits = 3;
const subdivisions = 1 << subdivisionBits;

interface Block {
  readonly address: number;
  size: number;
  isFree: boolean;
  /** Neighbours in memory. */
  below: Block | undefined;
  above: Block | undefined;
  /** Neighbours in the list of its class, while it is free. */
  next: Block | undefined;
  previous: Block | undefined;
}

/** An allocator of addresses; it never touches the memory itself. */
export class Allocator {
  readonly #lists: (Block | undefined)[] = [];
  /** For each power of two, one bit a subdivision whose list has blocks; `#powers` has a bit for each power that has any. */
  readonly #filled = new Uint32Array(32);
  #powers = 0;
  readonly #taken = new Map<number, Block>();
  #last: Block | undefined;

  /** Adds the bytes from `start` to `end` to what can be handed out; they lie above all that were added before. */
  extend(start: number, end: number): void {
    const last = this.#last;
    const below = last !== undefined && last.address + last.size === start ? last : undefined;
    const block = newBlock(start, end - start, below);
    this.#last = block;
    this.#release(block);
  }

  /** The address of `bytes` bytes, or undefined where no free stretch is long enough. */
  allocate(bytes: number): number | undefined {
    const size = Math.max(alignment, Math.ceil(bytes / alignment) * alignment);
    const block = this.#find(size);
    if (block === undefined) return undefined;
    this.#unlist(block);
    if (block.size - size >= alignment) this.#split(block, size);
    block.isFree = false;
    this.#taken.set(block.address, block);
    return block.address;
  }

  /** Gives back what `allocate` handed out. */
  free(address: number): void {
    const block = this.#taken.get(address);
    invariant(block !== undefined, `address ${address} is in use`);
    this.#taken.delete(address);
    this.#release(block);
  }

  /** Bytes free at the very top, which an extension would lengthen. */
  get freeAtTop(): number {
    return this.#last?.isFree ? this.#last.size : 0;
  }

  #release(block: Block): void {
    let whole = block;
    const { below, above } = block;
    if (below?.isFree) {
      this.#unlist(below);
      whole = this.#join(below, block);
    }
    if (above?.isFree) {
      this.#unlist(above);
      whole = this.#join(whole, above);
    }
    this.#list(whole);
  }

  #join(low: Block, high: Block): Block {
    low.size += high.size;
    low.above = high.above;
    if (high.above !== undefined) high.above.below = low;
    if (this.#last === high) this.#last = low;
    return low;
  }

  #split(block: Block, size: number): void {
    const rest = newBlock(block.address + size, block.size - size, block);
    block.size = size;
    if (this.#last === block) this.#last = rest;
    this.#list(rest);
  }

  /** A free block of at least `size` bytes: what was given back last, if it fits; any of a class above; else by search. */
  #find(size: number): Block | undefined {
    const own = classOf(size);
    let block = this.#lists[own];
    if (block !== undefined && block.size >= size) return block;
    const above = this.#filledFrom(own + 1);
    if (above >= 0) return this.#lists[above];
    while (block !== undefined && block.size < size) block = block.next;
    return block;
  }

  /** The first list at or above `list` that has blocks, or −1. */
  #filledFrom(list: number): number {
    const power = list >> subdivisionBits;
    const within = (this.#filled[power] ?? 0) & (-1 << (list & (subdivisions - 1)));
    if (within !== 0) return (power << subdivisionBits) + lowestBit(within);
    const above = power === 31 ? 0 : this.#powers & (-2 << power);
    if (above === 0) return -1;
    const next = lowestBit(above);
    return (next << subdivisionBits) + lowestBit(this.#filled[next] ?? 0);
  }

  #list(block: Block): void {
    const list = classOf(block.size);
    block.isFree = true;
    block.previous = undefined;
    block.next = this.#lists[list];
    if (block.next !== undefined) block.next.previous = block;
    this.#lists[list] = block;
    this.#mark(list, true);
  }

  #unlist(block: Block): void {
    const list = classOf(block.size);
    block.isFree = false;
    if (block.next !== undefined) block.next.previous = block.previous;
    if (block.previous !== undefined) block.previous.next = block.next;
    else this.#lists[list] = block.next;
    if (this.#lists[list] === undefined) this.#mark(list, false);
  }

  #mark(list: number, hasBlocks: boolean): void {
    const power = list >> subdivisionBits;
    const bit = 1 << (list & (subdivisions - 1));
    const filled = hasBlocks ? (this.#filled[power] ?? 0) | bit : (this.#filled[power] ?? 0) & ~bit;
    this.#filled[power] = filled;
    this.#powers = filled === 0 ? this.#powers & ~(1 << power) : this.#powers | (1 << power);
  }
}

/** A block above `below` and below what stood above that. */
function newBlock(address: number, size: number, below: Block | undefined): Block {
  const above = below?.above;
  const block: Block = { address, size, isFree: false, below, above, next: undefined, previous: undefined };
  if (below !== undefined) below.above = block;
  if (above !== undefined) above.below = block;
  return block;
}

function lowestBit(bits: number): number {
  return 31 - Math.clz32(bits & -bits);
}

/** The class of a size in bytes: its power of two in units of `alignment`, and the three bits below the highest. */
function classOf(size: number): number {
  const units = size / alignment;
  const power = 31 - Math.clz32(units);
  const below =
    power >= subdivisionBits
      ? (units >>> (power - subdivisionBits)) & (subdivisions - 1)
      : (units << (subdivisionBits - power)) & (subdivisions - 1);
  return (power << subdivisionBits) + below;
}
