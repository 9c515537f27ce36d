/**
 * What a row of `bench/vocabulary.ts` is written as: one line with our call and each peer's. Peers' packages are
 * installed only for benchmarks and cannot be checked here, so their calls are data that `../peers/vocabulary/` carries out.
 */
import type { Complex, Tensor } from "../../src/index.ts";

/** An array on the host. Int32Array stands for 32-bit integers, Uint8Array for booleans. */
export interface Given {
  readonly data: Float32Array<ArrayBuffer> | Int32Array<ArrayBuffer> | Uint8Array<ArrayBuffer>;
  readonly shape: readonly number[];
}

/** A function of a peer by its path, such as "np.exp", and what stands after the inputs. */
export interface Call {
  readonly of: string;
  readonly more?: readonly unknown[];
  /** How the inputs are passed: one by one (the default), as one list, after the rest, as one complex number, or a random key. */
  readonly inputs?: "list" | "last" | "complex" | "key";
  /** Which inputs it takes, in its own order; all as they are by default. */
  readonly order?: readonly number[];
  /** Where it gives several results: the name or number of the one that is compared. */
  readonly pick?: string | number;
  /** Magnitudes are compared, since the signs of its results are a matter of choice. */
  readonly magnitude?: boolean;
  /** It takes and gives images with channels last: inputs are turned ahead, and the result where it is read. */
  readonly channelsLast?: boolean;
}

/** A node of an ONNX model, run by onnxruntime. */
export interface OnnxNode {
  readonly operator: string;
  readonly attributes?: Readonly<Record<string, number | string | readonly number[]>>;
  /** Further inputs, after those of the line; undefined for one that is left out. */
  readonly more?: readonly (Constant | undefined)[];
  /** Names of the outputs; the one called y is compared. */
  readonly outputs?: readonly string[];
  /** What y is made of. Default float. */
  readonly type?: OnnxType;
  /** Which inputs it takes, in its own order; all as they are by default. */
  readonly order?: readonly number[];
  /** Its last axis holds real and imaginary parts: the real ones are compared. */
  readonly isComplex?: boolean;
  /** Numbers of the inputs that it takes as 64-bit integers only. */
  readonly longs?: readonly number[];
}

/** Element types of ONNX. */
export type OnnxType = "float" | "int32" | "int64" | "bool";

/** A constant of an ONNX model; one axis unless it says otherwise. */
export interface Constant {
  readonly data: Given["data"] | BigInt64Array<ArrayBuffer>;
  readonly shape?: readonly number[];
}

/** What may depend on the inputs. */
export type ByInputs<T> = T | ((inputs: readonly Given[]) => T);

/** What ours may give: of a complex number the real part is compared, of several tensors the first. */
export type OurResult = Tensor | Complex | readonly [Tensor, ...Tensor[]];

/** One operation of ours beside the same of the peers. */
export interface Line {
  /** `op-NAME-SIZE` is the row's id. */
  readonly name: string;
  /** Inputs by the size of the row; left out sizes have no row. */
  readonly sizes: readonly { readonly size: number; make(): readonly Given[] }[];
  readonly ours: (a: Tensor, b: Tensor, c: Tensor) => OurResult;
  /** TensorFlow.js, function of `tf`: WebAssembly where it has the kernel, else its plain backend. */
  readonly tf?: ByInputs<Call | string>;
  /** jax-js, by a path such as "np.exp". */
  readonly jax?: ByInputs<Call | string>;
  readonly ort?: ByInputs<OnnxNode | string>;
  /**
   * How far results may be apart; "moments": only mean and deviation are compared, of what is random; or a judge of its own, who
   * says what is wrong.
   */
  readonly agree?: Tolerance | "moments" | ((theirs: ArrayLike<number>, ours: ArrayLike<number>) => string | undefined);
}

/** `absolute` + `relative` · |ours|. */
export interface Tolerance {
  readonly absolute: number;
  readonly relative: number;
}

/** Lines that belong together, chosen with `--family=name`. */
export interface Family {
  readonly name: string;
  readonly lines: readonly Line[];
}

/** One way to compute lines. */
export interface VocabularyPeer {
  start(threads: number): Promise<void>;
  /** Each way in which the peer can do it; none where it cannot. */
  enter(line: Line, inputs: readonly Given[]): Promise<readonly Entrant[]>;
}

/** A peer with a line prepared. */
export interface Entrant {
  readonly name: string;
  run(): unknown;
  /** The result of the last run. */
  read(): Promise<ArrayLike<number>>;
  /** Milliseconds for which its threads go on turning after a run. */
  readonly restMilliseconds?: number;
  /** Frees what it holds. */
  end?(): unknown;
}

/** A call with what stands after its inputs. */
export function call(of: string, ...more: readonly unknown[]): Call {
  return { of, more };
}

/** A node with attributes. */
export function node(
  operator: string,
  attributes: OnnxNode["attributes"] = {},
  rest: Partial<OnnxNode> = {},
): OnnxNode {
  return { operator, attributes, ...rest };
}

/** A constant of 64-bit integers. */
export function longs(...values: readonly number[]): Constant {
  return { data: BigInt64Array.from(values, BigInt) };
}
