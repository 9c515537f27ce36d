/**
 * The network for tables: numbers cut into pieces, then layers of linear functions and nonlinearities whose weights all members
 * of a small ensemble share; each member has scales and biases of its own. `learn.ts` trains it.
 *
 * Sources: Y. Gorishniy et al., "On embeddings for numerical features in tabular deep learning", NeurIPS 2022 (pieces);
 * Y. Gorishniy et al., "TabM: advancing tabular deep learning with parameter-efficient ensembling", ICLR 2025 (members).
 */
import { normal, ones, uniform, zeros } from "../../nn/init.ts";
import { Module } from "../../nn/module.ts";
import { at } from "../../support/invariant.ts";
import { relu } from "../../tensor/activation.ts";
import { add, clip, multiply, subtract } from "../../tensor/arithmetic.ts";
import { take } from "../../tensor/indexing.ts";
import { concat } from "../../tensor/joining.ts";
import { matmul } from "../../tensor/linear.ts";
import { reshape, squeeze } from "../../tensor/manipulate.ts";
import { logSoftmax } from "../../tensor/normalize.ts";
import { Parameter } from "../../tensor/parameter.ts";
import { dropout } from "../../tensor/random.ts";
import { max, mean } from "../../tensor/reduce.ts";
import { type Tensor, tensor } from "../../tensor/tensor.ts";
import { exp, log } from "../../tensor/transcendental.ts";
import type { Pieces } from "./pieces.ts";
import type { NetworkSettings } from "./settings.ts";

/** Numbers cut into pieces, each number's after the one's before: see `pieces.ts`. */
class PieceEmbedding extends Module {
  /** [pieces], of all numbers together. */
  readonly from: Parameter;
  readonly inverse: Parameter;
  /** The column that each piece belongs to. */
  readonly #columns: Int32Array<ArrayBuffer>;

  constructor(numbers: readonly number[], counts: readonly number[]) {
    super();
    this.#columns = Int32Array.from(
      numbers.flatMap((column, index) => new Array<number>(counts[index] ?? 0).fill(column)),
    );
    this.from = new Parameter(zeros([this.#columns.length]), { trainable: false });
    this.inverse = new Parameter(zeros([this.#columns.length]), { trainable: false });
  }

  set({ from, inverse }: Pieces): void {
    this.from.assign(tensor(from));
    this.inverse.assign(tensor(inverse));
  }

  /** [n, inputs] → [n, pieces] */
  forward(rows: Tensor): Tensor {
    const numbers = take(rows, tensor(this.#columns), { axis: 1 });
    return clip(multiply(subtract(numbers, this.from.value), this.inverse.value), 0, 1);
  }
}

/** One network whose members share weights. */
export class MemberNetwork extends Module {
  readonly embedding: PieceEmbedding | null;
  readonly layers: readonly MemberLayer[];
  /** [members, width, outputs] and [members, 1, outputs] */
  readonly headWeight: Parameter;
  readonly headBias: Parameter;
  /** A linear path beside the layers: what is linear need not be learned by them. [members or 1, inputs + pieces, outputs] */
  readonly linear: Parameter;
  readonly #settings: NetworkSettings;

  constructor(settings: NetworkSettings) {
    super();
    const { inputs, outputs, numbers, pieces, members, width, depth, isShared } = settings;
    const copies = isShared ? 1 : members;
    const count = pieces.reduce((sum, own) => sum + own, 0);
    this.embedding = count > 0 ? new PieceEmbedding(numbers, pieces) : null;
    const embedded = inputs + count;
    this.layers = Array.from(
      { length: depth },
      (_, index) => new MemberLayer(index === 0 ? embedded : width, width, { members, copies, isFirst: index === 0 }),
    );
    const last = depth === 0 ? embedded : width;
    const bound = 1 / Math.sqrt(last);
    this.headWeight = new Parameter(uniform([members, last, outputs], -bound, bound));
    this.headBias = new Parameter(zeros([members, 1, outputs]));
    this.linear = new Parameter(zeros([copies, embedded, outputs]));
    this.#settings = settings;
  }

  /** Tells the embedding where pieces begin and end. */
  setPieces(pieces: Pieces): void {
    this.embedding?.set(pieces);
  }

  /** [n, inputs] → [members, n, outputs] */
  forward(rows: Tensor): Tensor {
    const { dropout: share } = this.#settings;
    const embedded: Tensor = this.embedding === null ? rows : concat([rows, this.embedding.forward(rows)], 1);
    let hidden = embedded;
    for (const layer of this.layers) {
      hidden = relu(layer.forward(hidden));
      if (this.training && share > 0) hidden = dropout(hidden, share);
    }
    return add(
      add(matmul(hidden, this.headWeight.value), this.headBias.value),
      multiplyAll(embedded, this.linear.value),
    );
  }
}

/** A linear layer for all members, with one weight matrix or one each; each member scales and shifts its outputs. */
class MemberLayer extends Module {
  /** [members or 1, in, out], [members, 1, out], [members, 1, out] */
  readonly weight: Parameter;
  readonly scale: Parameter;
  readonly bias: Parameter;

  constructor(inputs: number, outputs: number, { members, copies, isFirst }: Copies) {
    super();
    const bound = 1 / Math.sqrt(inputs);
    this.weight = new Parameter(uniform([copies, inputs, outputs], -bound, bound));
    const shape = [members, 1, outputs];
    // Members that share weights begin apart by how they scale the units of the first layer
    this.scale = new Parameter(isFirst && copies < members ? normal(shape) : ones(shape));
    this.bias = new Parameter(uniform(shape, -bound, bound));
  }

  /** [n, in] or [members, n, in] → [members, n, out] */
  forward(x: Tensor): Tensor {
    return add(multiply(multiplyAll(x, this.weight.value), this.scale.value), this.bias.value);
  }
}

/** How many members there are, and how many weight matrices. */
interface Copies {
  readonly members: number;
  readonly copies: number;
  readonly isFirst: boolean;
}

/** x · w, where one matrix serves all members as a single product. */
function multiplyAll(x: Tensor, weight: Tensor): Tensor {
  return at(weight.shape, 0) === 1 ? matmul(x, squeeze(weight, 0)) : matmul(x, weight);
}

/** One network or several, whose answers are averaged. */
export class TabularNetwork extends Module {
  readonly networks: readonly MemberNetwork[];
  readonly #isClassifier: boolean;

  constructor(settings: NetworkSettings) {
    super();
    this.networks = Array.from({ length: settings.networks }, () => new MemberNetwork(settings));
    this.#isClassifier = settings.outputs > 1;
  }

  /**
   * @param rows [n, inputs]
   * @returns [n, outputs]: with several outputs the logarithms of the members' mean probabilities, which serve as logits.
   */
  forward(rows: Tensor): Tensor {
    const outputs = concat(
      this.networks.map((network) => network.forward(rows)),
      0,
    );
    return this.#isClassifier ? logMeanProbability(outputs) : mean(outputs, 0);
  }
}

/** [members, n, classes] → [n, classes]: log of the mean over members of softmax. */
export function logMeanProbability(outputs: Tensor): Tensor {
  const logs = logSoftmax(outputs);
  const largest = max(logs, 0, { keepDims: true });
  return add(log(mean(exp(subtract(logs, largest)), 0)), reshape(largest, logs.shape.slice(1)));
}
