/** A module in the making: its types, imports and functions, as the sections of the WebAssembly binary format. */
import { ByteWriter } from "./byteWriter.ts";
import { type ValueType, valueTypes } from "./opcodes.ts";

/** Parameters and results of a function. */
export interface Signature {
  readonly parameters: readonly ValueType[];
  readonly results: readonly ValueType[];
}

/** Where the memory and functions of every module of ours come from. */
export const importModule = "smilodon";

const functionKind = 0x00;
const tableKind = 0x01;
const memoryKind = 0x02;
const functionReference = 0x70;
/** Shared memory has a maximum; an import takes any memory that has no larger one. */
const sharedLimits = 0x03;
const mostPages = 65536;

/** What a module is given. */
export interface ModuleOptions {
  /** Does it call functions through the table? */
  readonly usesTable?: boolean;
  /** Is the memory shared between threads? */
  readonly isShared?: boolean;
}

/** Collects imports and functions; all imports come before the first function. */
export class ModuleWriter {
  readonly #types: string[] = [];
  readonly #typeBytes: Uint8Array[] = [];
  readonly #imports: { name: string; type: number }[] = [];
  readonly #functions: { type: number; body: Uint8Array; name: string | undefined }[] = [];
  readonly #usesTable: boolean;
  readonly #isShared: boolean;

  constructor({ usesTable = false, isShared = false }: ModuleOptions = {}) {
    this.#usesTable = usesTable;
    this.#isShared = isShared;
  }

  /** The number of a signature. */
  type({ parameters, results }: Signature): number {
    const key = `${parameters.join()}-${results.join()}`;
    const known = this.#types.indexOf(key);
    if (known >= 0) return known;
    const bytes = new ByteWriter();
    bytes.byte(0x60);
    bytes.sized(parameters.map((type) => valueTypes[type]));
    bytes.sized(results.map((type) => valueTypes[type]));
    this.#typeBytes.push(bytes.finish());
    return this.#types.push(key) - 1;
  }

  /** Imports a function; returns the number to call it by. */
  import(name: string, signature: Signature): number {
    return this.#imports.push({ name, type: this.type(signature) }) - 1;
  }

  /** Adds a function, exported where it has a name; returns the number to call it by. */
  function(signature: Signature, body: Uint8Array, name?: string): number {
    const number = this.nextFunction;
    this.#functions.push({ type: this.type(signature), body, name });
    return number;
  }

  /** The number of the function that will be added next, for those that call themselves. */
  get nextFunction(): number {
    return this.#imports.length + this.#functions.length;
  }

  finish(): Uint8Array<ArrayBuffer> {
    const module = new ByteWriter();
    module.bytes([0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00]);
    section(module, 1, this.#typeBytes.length, (bytes) => {
      for (const type of this.#typeBytes) bytes.bytes(type);
    });
    section(module, 2, this.#imports.length + (this.#usesTable ? 2 : 1), (bytes) => this.#writeImports(bytes));
    section(module, 3, this.#functions.length, (bytes) => {
      for (const { type } of this.#functions) bytes.unsigned(type);
    });
    const named = this.#functions.filter(({ name }) => name !== undefined).length;
    section(module, 7, named, (bytes) => {
      this.#functions.forEach(({ name }, position) => {
        if (name === undefined) return;
        bytes.name(name);
        bytes.byte(functionKind);
        bytes.unsigned(this.#imports.length + position);
      });
    });
    section(module, 10, this.#functions.length, (bytes) => {
      for (const { body } of this.#functions) bytes.sized(body);
    });
    return module.finish();
  }

  #writeImports(bytes: ByteWriter): void {
    for (const { name, type } of this.#imports) {
      importName(bytes, name);
      bytes.byte(functionKind);
      bytes.unsigned(type);
    }
    importName(bytes, "memory");
    bytes.bytes([memoryKind, this.#isShared ? sharedLimits : 0x00]);
    bytes.unsigned(0);
    if (this.#isShared) bytes.unsigned(mostPages);
    if (!this.#usesTable) return;
    importName(bytes, "table");
    bytes.bytes([tableKind, functionReference, 0x00]);
    bytes.unsigned(0);
  }
}

function importName(bytes: ByteWriter, name: string): void {
  bytes.name(importModule);
  bytes.name(name);
}

function section(module: ByteWriter, id: number, count: number, write: (bytes: ByteWriter) => void): void {
  const bytes = new ByteWriter();
  bytes.unsigned(count);
  write(bytes);
  module.byte(id);
  module.sized(bytes.finish());
}
