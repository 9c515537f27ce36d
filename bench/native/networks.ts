/** The networks of the rows of training, with our layers as a user would write them, and their compiled steps. */
import { compile, gelu, mean, nn, optim, Parameter, relu, seed, split, Tensor, zeros } from "../../src/index.ts";
import type { HostArray } from "./problem.ts";

/** A network, how it is trained, and its first weights for other libraries. */
export interface Training {
  readonly weights: readonly HostArray[];
  readonly step: (x: Tensor, target: Tensor) => Tensor;
}

/** Networks by the names of the operations. `peers.py` reads the weights in the same order. */
export const trainings = {
  trainMlp: () => {
    const widths = [784, 512, 512, 10];
    const layers = widths.slice(1).flatMap((width, index) => {
      const linear = new nn.Linear(widths[index] ?? 0, width);
      return index < 2 ? [linear, new nn.ReLU()] : [linear];
    });
    const model = new nn.Sequential(...layers);
    return trained(model, new optim.AdamW(model.parameters(), adamw), (x, target) =>
      nn.crossEntropy(model.forward(x), target),
    );
  },
  trainResnet: () => {
    const model = new ResNet();
    const sgd = { learningRate: 0.05, momentum: 0.9, weightDecay: 1e-4 };
    return trained(model, new optim.SGD(model.parameters(), sgd), (x, target) =>
      nn.crossEntropy(model.forward(x), target),
    );
  },
  trainGpt: ({ layers = 0, width = 0, heads = 0, context = 0, vocabulary = 0 }: Readonly<Record<string, number>>) => {
    const model = new Gpt({ layers, width, heads, context, vocabulary });
    return trained(model, new optim.AdamW(model.parameters(), adamw), (tokens, targets) =>
      nn.crossEntropy(model.forward(tokens), targets.flatten()),
    );
  },
} as const;

const adamw = { learningRate: 1e-3, weightDecay: 1e-2 };

function trained(
  model: nn.Module,
  optimizer: optim.Optimizer,
  lossOf: (x: Tensor, target: Tensor) => Tensor,
): () => Promise<Training> {
  return async () => {
    const weights: HostArray[] = [];
    for (const { value } of model.parameters().filter(({ trainable }) => trainable))
      weights.push({ data: Float32Array.from(await value.data(), Number), shape: value.shape });
    return { weights, step: compile((x: Tensor, target: Tensor) => optimizer.minimize(() => lossOf(x, target))) };
  };
}

seed(1);

function convolution(from: number, to: number, kernel: number, stride: number): nn.Conv2d {
  return new nn.Conv2d(from, to, kernel, { stride, padding: (kernel - 1) / 2, bias: false });
}

/** Two convolutions beside a way past them. */
class ResidualBlock extends nn.Module {
  readonly conv1: nn.Conv2d;
  readonly norm1: nn.BatchNorm2d;
  readonly conv2: nn.Conv2d;
  readonly norm2: nn.BatchNorm2d;
  readonly past: nn.Module | undefined;

  constructor(from: number, to: number, stride: number) {
    super();
    this.conv1 = convolution(from, to, 3, stride);
    this.norm1 = new nn.BatchNorm2d(to);
    this.conv2 = convolution(to, to, 3, 1);
    this.norm2 = new nn.BatchNorm2d(to);
    if (from !== to) this.past = new nn.Sequential(convolution(from, to, 1, stride), new nn.BatchNorm2d(to));
  }

  forward(x: Tensor): Tensor {
    const inner = relu(this.norm1.forward(this.conv1.forward(x)));
    const result: Tensor = this.norm2.forward(this.conv2.forward(inner));
    return relu(result.add(this.past?.forward(x) ?? x));
  }
}

/** ResNet-20 for images of 32×32 (He et al., 2015), with convolutions of 1×1 where the width changes. */
class ResNet extends nn.Module {
  readonly stem = convolution(3, 16, 3, 1);
  readonly norm = new nn.BatchNorm2d(16);
  readonly blocks: readonly ResidualBlock[];
  readonly head = new nn.Linear(64, 10);

  constructor() {
    super();
    const widths = [16, 16, 16, 16, 32, 32, 32, 64, 64, 64];
    this.blocks = widths.slice(1).map((to, index) => {
      const from = widths[index] ?? 0;
      return new ResidualBlock(from, to, from === to ? 1 : 2);
    });
  }

  forward(x: Tensor): Tensor {
    let state: Tensor = relu(this.norm.forward(this.stem.forward(x)));
    for (const block of this.blocks) state = block.forward(state);
    return this.head.forward(mean(state, [2, 3]));
  }
}

/** Causal attention, then a network of one hidden layer; each beside a way past it. */
class GptBlock extends nn.Module {
  readonly norm1: nn.LayerNorm;
  readonly parts: nn.Linear;
  readonly mixed: nn.Linear;
  readonly norm2: nn.LayerNorm;
  readonly up: nn.Linear;
  readonly down: nn.Linear;
  readonly #heads: number;

  constructor(width: number, heads: number) {
    super();
    this.#heads = heads;
    this.norm1 = new nn.LayerNorm([width]);
    this.parts = new nn.Linear(width, 3 * width);
    this.mixed = new nn.Linear(width, width);
    this.norm2 = new nn.LayerNorm([width]);
    this.up = new nn.Linear(width, 4 * width);
    this.down = new nn.Linear(4 * width, width);
  }

  forward(x: Tensor): Tensor {
    const attended: Tensor = x.add(this.mixed.forward(this.#attend(this.norm1.forward(x))));
    return attended.add(this.down.forward(gelu(this.up.forward(this.norm2.forward(attended)))));
  }

  #attend(x: Tensor): Tensor {
    const [batch = 0, length = 0, width = 0] = x.shape;
    const byHead = (each: Tensor): Tensor =>
      each.reshape([batch, length, this.#heads, width / this.#heads]).permuteDims([0, 2, 1, 3]);
    const [q, k, v] = split(this.parts.forward(x), 3, -1).map(byHead);
    if (!(q instanceof Tensor && k instanceof Tensor && v instanceof Tensor)) throw new Error("three parts");
    const attended: Tensor = nn.scaledDotProductAttention(q, k, v, { isCausal: true });
    return attended.permuteDims([0, 2, 1, 3]).reshape([batch, length, width]);
  }
}

interface GptSizes {
  readonly layers: number;
  readonly width: number;
  readonly heads: number;
  readonly context: number;
  readonly vocabulary: number;
}

class Gpt extends nn.Module {
  readonly tokens: nn.Embedding;
  readonly positions: Parameter;
  readonly blocks: readonly GptBlock[];
  readonly norm: nn.LayerNorm;
  readonly head: nn.Linear;

  constructor({ layers, width, heads, context, vocabulary }: GptSizes) {
    super();
    this.tokens = new nn.Embedding(vocabulary, width);
    this.positions = new Parameter(zeros([context, width]));
    this.blocks = Array.from({ length: layers }, () => new GptBlock(width, heads));
    this.norm = new nn.LayerNorm([width]);
    this.head = new nn.Linear(width, vocabulary, { bias: false });
  }

  forward(x: Tensor): Tensor {
    let state: Tensor = this.tokens.forward(x).add(this.positions.value);
    for (const block of this.blocks) state = block.forward(state);
    return this.head.forward(this.norm.forward(state).reshape([-1, state.shape[2] ?? 0]));
  }
}
