/** One function body in the making: its locals, handed out and taken back, and its instructions. */
import { at } from "../../support/invariant.ts";
import { remember } from "../../support/remember.ts";
import { ByteWriter } from "./byteWriter.ts";
import { type AtomicOpcode, type Opcode, opcodes, type ValueType, valueTypes } from "./opcodes.ts";

const emptyBlock = 0x40;
const { "local.get": localGet, "local.set": localSet, "local.tee": localTee } = opcodes;

/** Writes the instructions of a function whose parameters are given. */
export class FunctionWriter {
  readonly #types: ValueType[];
  readonly #parameters: number;
  readonly #free: { [T in ValueType]: number[] } = { i32: [], i64: [], f32: [], f64: [], v128: [] };
  readonly #constants = new Map<string, number>();
  readonly #prologue = new ByteWriter();
  #code = new ByteWriter();

  constructor(parameters: readonly ValueType[]) {
    this.#types = [...parameters];
    this.#parameters = parameters.length;
  }

  /** A local of `type` that nothing else uses until it is released. */
  local(type: ValueType): number {
    return this.#free[type].pop() ?? this.#types.push(type) - 1;
  }

  release(local: number): void {
    this.#free[at(this.#types, local)].push(local);
  }

  typeOf(local: number): ValueType {
    return at(this.#types, local);
  }

  /** Instructions without immediates, one after the other; a number pushes the local of that number. */
  op(...code: readonly (Opcode | number)[]): void {
    for (let position = 0; position < code.length; position++) {
      const item = code[position];
      if (typeof item === "number") this.#code.pair(localGet, item);
      else if (item !== undefined) writeOpcode(this.#code, item);
    }
  }

  get(local: number): void {
    this.#code.pair(localGet, local);
  }

  set(local: number): void {
    this.#code.pair(localSet, local);
  }

  tee(local: number): void {
    this.#code.pair(localTee, local);
  }

  call(callee: number): void {
    this.#immediate("call", callee);
  }

  callIndirect(type: number): void {
    this.#immediate("call_indirect", type);
    this.#code.byte(0);
  }

  memoryCopy(): void {
    this.op("memory.copy");
    this.#code.bytes([0, 0]);
  }

  i32(value: number): void {
    this.op("i32.const");
    this.#code.signed(value);
  }

  i64(value: number | bigint): void {
    this.op("i64.const");
    this.#code.signedWide(BigInt(value));
  }

  f32(value: number): void {
    this.op("f32.const");
    this.#code.f32(value);
  }

  f64(value: number): void {
    this.op("f64.const");
    this.#code.f64(value);
  }

  /** Pushes a vector constant. Engines build it anew where it stands, so it is put in a local when the function starts. */
  v128(bytes: Uint8Array): void {
    const key = new Int32Array(bytes.buffer, bytes.byteOffset, 4).join();
    const local = remember(this.#constants, key, () => {
      const constant = this.#types.push("v128") - 1;
      writeOpcode(this.#prologue, "v128.const");
      this.#prologue.bytes(bytes);
      this.#prologue.pair(localSet, constant);
      return constant;
    });
    this.get(local);
  }

  /** A load or store at the address on the stack plus `offset`. */
  memory(opcode: Opcode, offset: number): void {
    writeOpcode(this.#code, opcode);
    // alignment is a hint: bytes may lie anywhere
    this.#code.pair(0, offset);
  }

  /** An atomic access at the address on the stack plus `offset`, both of whole words. */
  atomic(opcode: AtomicOpcode, offset: number): void {
    this.op(opcode);
    this.#code.byte(opcode.startsWith("i64") ? 3 : 2);
    this.#code.unsigned(offset);
  }

  /** A load or store of one lane. */
  memoryLane(opcode: Opcode, offset: number, lane: number): void {
    this.memory(opcode, offset);
    this.#code.byte(lane);
  }

  /** An instruction on one lane. */
  lane(opcode: Opcode, lane: number): void {
    this.op(opcode);
    this.#code.byte(lane);
  }

  /** Chooses 16 bytes among those of two vectors. */
  shuffle(bytes: readonly number[]): void {
    this.op("i8x16.shuffle");
    this.#code.bytes(bytes);
  }

  block(body: () => void): void {
    this.#enclosed("block", body);
  }

  loop(body: () => void): void {
    this.#enclosed("loop", body);
  }

  /** Runs `body` where the condition on the stack holds, else `otherwise`. */
  if(body: () => void, otherwise?: () => void): void {
    this.#enclosed("if", () => {
      body();
      if (otherwise === undefined) return;
      this.op("else");
      otherwise();
    });
  }

  br(depth: number): void {
    this.#immediate("br", depth);
  }

  brIf(depth: number): void {
    this.#immediate("br_if", depth);
  }

  /** The body as the binary format has it: locals, constants, instructions. */
  finish(): Uint8Array {
    const body = new ByteWriter();
    const runs: [ValueType, number][] = [];
    for (const type of this.#types.slice(this.#parameters)) {
      const last = runs.at(-1);
      if (last?.[0] === type) last[1]++;
      else runs.push([type, 1]);
    }
    body.unsigned(runs.length);
    for (const [type, count] of runs) {
      body.unsigned(count);
      body.byte(valueTypes[type]);
    }
    body.bytes(this.#prologue.finish());
    body.bytes(this.#code.finish());
    body.byte(opcodes.end);
    return body.finish();
  }

  #immediate(opcode: Opcode, value: number): void {
    this.op(opcode);
    this.#code.unsigned(value);
  }

  #enclosed(opcode: "block" | "loop" | "if", body: () => void): void {
    this.op(opcode);
    this.#code.byte(emptyBlock);
    body();
    this.op("end");
  }
}

function writeOpcode(writer: ByteWriter, opcode: Opcode): void {
  const code = opcodes[opcode];
  if (code > 0xff) writer.pair(code >> 16, code & 0xffff);
  else writer.byte(code);
}
