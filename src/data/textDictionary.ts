/** Texts by the bytes that spell them: each different cell of a column is decoded once. For `csvReader.ts`. */
import { type TextColumn, textColumnOf } from "./column.ts";

const emptySlot = -1;
const smallest = 8;

/**
 * Gives cells, as bytes, the numbers of their categories. Different bytes may spell the same text (`cat`, `"cat"`): those
 * share a category. Open addressing over the bytes' hashes.
 */
export class TextDictionary {
  readonly #categories: string[] = [];
  readonly #codeOfText = new Map<string, number>();
  readonly #read: (bytes: Uint8Array, from: number, to: number) => string;
  /** Entry in each slot of the hash table. */
  #slots = new Int32Array(smallest).fill(emptySlot);
  #entryCount = 0;
  /** Of each entry: hash, code, and where its bytes begin; they end where the next one's begin. */
  #hashes = new Int32Array(smallest);
  #codes = new Int32Array(smallest);
  #starts = new Uint32Array(smallest + 1);
  #bytes = new Uint8Array(smallest * 8);

  /** `read` tells what text a cell's bytes spell, empty where missing; it is asked once for the same bytes. */
  constructor(read: (bytes: Uint8Array, from: number, to: number) => string) {
    this.#read = read;
  }

  /** The code of the cell at `from` … `to` − 1, whose bytes have this `hash`; −1 where missing. */
  codeOf(bytes: Uint8Array, from: number, to: number, hash: number): number {
    const mask = this.#slots.length - 1;
    let slot = mix(hash) & mask;
    for (let entry = this.#slots[slot] ?? emptySlot; entry !== emptySlot; entry = this.#slots[slot] ?? emptySlot) {
      if (this.#hashes[entry] === hash && this.#spells(entry, bytes, from, to)) return this.#codes[entry] ?? -1;
      slot = (slot + 1) & mask;
    }
    const code = this.#codeOfNew(this.#read(bytes, from, to));
    this.#add(bytes, from, to, hash, code, slot);
    return code;
  }

  /** A column of `codes` that were given. */
  columnOf(codes: Int32Array): TextColumn {
    return textColumnOf(codes, this.#categories);
  }

  #codeOfNew(text: string): number {
    if (text === "") return -1;
    const known = this.#codeOfText.get(text);
    if (known !== undefined) return known;
    this.#codeOfText.set(text, this.#categories.length);
    return this.#categories.push(text) - 1;
  }

  #spells(entry: number, bytes: Uint8Array, from: number, to: number): boolean {
    const start = this.#starts[entry] ?? 0;
    if ((this.#starts[entry + 1] ?? 0) - start !== to - from) return false;
    const own = this.#bytes;
    for (let index = from; index < to; index++) if (own[start + index - from] !== bytes[index]) return false;
    return true;
  }

  #add(bytes: Uint8Array, from: number, to: number, hash: number, code: number, slot: number): void {
    const entry = this.#entryCount++;
    const start = this.#starts[entry] ?? 0;
    const end = start + (to - from);
    if (end > this.#bytes.length)
      this.#bytes = enlarged(this.#bytes, new Uint8Array(Math.max(end, this.#bytes.length * 2)));
    for (let index = from; index < to; index++) this.#bytes[start + index - from] = bytes[index] ?? 0;
    if (entry === this.#hashes.length) this.#enlargeEntries();
    this.#hashes[entry] = hash;
    this.#codes[entry] = code;
    this.#starts[entry + 1] = end;
    this.#slots[slot] = entry;
    if (this.#entryCount * 2 > this.#slots.length) this.#rehash();
  }

  #enlargeEntries(): void {
    const size = this.#hashes.length * 2;
    this.#hashes = enlarged(this.#hashes, new Int32Array(size));
    this.#codes = enlarged(this.#codes, new Int32Array(size));
    this.#starts = enlarged(this.#starts, new Uint32Array(size + 1));
  }

  #rehash(): void {
    const size = this.#slots.length * 4;
    const slots = new Int32Array(size).fill(emptySlot);
    for (let entry = 0; entry < this.#entryCount; entry++) {
      let slot = mix(this.#hashes[entry] ?? 0) & (size - 1);
      while (slots[slot] !== emptySlot) slot = (slot + 1) & (size - 1);
      slots[slot] = entry;
    }
    this.#slots = slots;
  }
}

const seed = 0x811c9dc5;
const prime = 0x01000193;

/** FNV-1a of the bytes at `from` … `to` − 1 (Fowler, Noll and Vo). Only whether hashes are equal matters. */
export function hashBytes(bytes: Uint8Array, from: number, to: number): number {
  let hash = seed | 0;
  for (let index = from; index < to; index++) hash = Math.imul(hash ^ (bytes[index] ?? 0), prime);
  return hash;
}

/** Brings the higher bits, which are the better ones, down to where slots are chosen. */
function mix(hash: number): number {
  return Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d) >>> 7;
}

function enlarged<T extends Int32Array | Uint32Array | Uint8Array>(old: T, into: T): T {
  into.set(old);
  return into;
}
