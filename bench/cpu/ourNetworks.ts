/** The networks of the rows of training, written with our layers as a user would, and their steps. */
import { compile, conv2d, gelu, nn, optim, Parameter, pad, split, Tensor, tensor } from "../../src/index.ts";
import { adamw, gptHeads, type HostArray, sgd } from "../harness/library.ts";

/** Trains linear–relu–linear: `trainMlp`. In eager code too: `flatMemory.ts`. */
export function mlpStep([x, classes, w1, b1, w2, b2]: readonly HostArray[], isCompiled = true): () => Tensor {
  const model = new nn.Sequential(linear(w1, b1), new nn.ReLU(), linear(w2, b2));
  return stepOf(model, adamwOf(model), toTensor(x), integers(classes), isCompiled);
}

/** Trains the convolutional network of `trainCnn`. */
export function cnnStep([x, classes, w1, b1, w2, b2, w3, b3]: readonly HostArray[]): () => Tensor {
  const model = new nn.Sequential(
    new StridedConvolution(w1, b1),
    new nn.ReLU(),
    new StridedConvolution(w2, b2),
    new nn.ReLU(),
    new nn.Flatten(),
    linear(w3, b3),
  );
  return stepOf(model, new optim.SGD(model.parameters(), sgd), toTensor(x), integers(classes));
}

/** Trains the character transformer of `trainGpt`. */
export function gptStep([tokens, targets, ...weights]: readonly HostArray[]): () => Tensor {
  const model = new Gpt(weights);
  return stepOf(model, adamwOf(model), integers(tokens), integers(targets).flatten());
}

/** A convolution of stride 2 that halves height and width: an odd number of zeros has one more at the end. */
export function convolveStrided(x: Tensor, weight: Tensor): Tensor {
  const zeros = (weight.shape[2] ?? 2) - 2;
  const sides: [number, number] = [Math.floor(zeros / 2), Math.ceil(zeros / 2)];
  return conv2d(pad(x, [[0, 0], [0, 0], sides, sides]), weight, { stride: 2 });
}

/** `array` on the device. */
export function toTensor(array: HostArray | undefined): Tensor {
  if (array === undefined) throw new Error("An input is missing.");
  return tensor(array.data, { shape: array.shape });
}

function stepOf(model: nn.Module, optimizer: optim.Optimizer, x: Tensor, target: Tensor, isCompiled = true) {
  const step = (inputs: Tensor, targets: Tensor): Tensor =>
    optimizer.minimize(() => nn.crossEntropy(model.forward(inputs), targets));
  const stepper = isCompiled ? compile(step) : step;
  return () => stepper(x, target);
}

function adamwOf(model: nn.Module): optim.AdamW {
  const { learningRate, weightDecay } = adamw;
  return new optim.AdamW(model.parameters(), { learningRate, weightDecay });
}

class StridedConvolution extends nn.Module {
  readonly weight: Parameter;
  readonly bias: Parameter;

  constructor(weight: HostArray | undefined, bias: HostArray | undefined) {
    super();
    this.weight = new Parameter(toTensor(weight));
    this.bias = new Parameter(toTensor(bias));
  }

  forward(x: Tensor): Tensor {
    return convolveStrided(x, this.weight.value).add(this.bias.value.reshape([-1, 1, 1]));
  }
}

/** Causal attention with several heads, then a network of one hidden layer; each beside a way past it. */
class Block extends nn.Module {
  readonly norm1: nn.LayerNorm;
  readonly queriesKeysValues: nn.Linear;
  readonly mixed: nn.Linear;
  readonly norm2: nn.LayerNorm;
  readonly up: nn.Linear;
  readonly down: nn.Linear;

  constructor([scale1, bias1, w, b, out, outBias, scale2, bias2, up, upBias, down, downBias]: readonly HostArray[]) {
    super();
    this.norm1 = layerNorm(scale1, bias1);
    this.queriesKeysValues = linear(w, b);
    this.mixed = linear(out, outBias);
    this.norm2 = layerNorm(scale2, bias2);
    this.up = linear(up, upBias);
    this.down = linear(down, downBias);
  }

  forward(x: Tensor): Tensor {
    const attended: Tensor = x.add(this.mixed.forward(this.attend(this.norm1.forward(x))));
    return attended.add(this.down.forward(gelu(this.up.forward(this.norm2.forward(attended)))));
  }

  /** @param x [batch, length, width] */
  attend(x: Tensor): Tensor {
    const [batch = 0, length = 0, width = 0] = x.shape;
    const byHead = (each: Tensor): Tensor =>
      each.reshape([batch, length, gptHeads, width / gptHeads]).permuteDims([0, 2, 1, 3]);
    const [q, k, v] = split(this.queriesKeysValues.forward(x), 3, -1).map(byHead);
    if (!(q instanceof Tensor && k instanceof Tensor && v instanceof Tensor)) throw new Error("three parts");
    const attended: Tensor = nn.scaledDotProductAttention(q, k, v, { isCausal: true });
    return attended.permuteDims([0, 2, 1, 3]).reshape([batch, length, width]);
  }
}

class Gpt extends nn.Module {
  readonly tokens: nn.Embedding;
  readonly positions: Parameter;
  readonly blocks: readonly Block[];
  readonly norm: nn.LayerNorm;
  readonly head: nn.Linear;

  constructor([tokens, positions, ...rest]: readonly HostArray[]) {
    super();
    const [scale, bias, head] = rest.slice(-3);
    const blocks = (rest.length - 3) / 12;
    this.tokens = new nn.Embedding(tokens?.shape[0] ?? 0, tokens?.shape[1] ?? 0);
    this.tokens.weight.assign(toTensor(tokens));
    this.positions = new Parameter(toTensor(positions));
    this.blocks = Array.from({ length: blocks }, (_, index) => new Block(rest.slice(12 * index, 12 * index + 12)));
    this.norm = layerNorm(scale, bias);
    this.head = linear(head);
  }

  /** @param x [batch, length]; returns [batch · length, vocabulary] */
  forward(x: Tensor): Tensor {
    let state: Tensor = this.tokens.forward(x).add(this.positions.value);
    for (const block of this.blocks) state = block.forward(state);
    return this.head.forward(this.norm.forward(state).reshape([-1, state.shape[2] ?? 0]));
  }
}

/** Our layer keeps its weight as [out, in]. Turned on the host: first-step must find a compiler that has not run yet. */
function linear(weight: HostArray | undefined, bias?: HostArray): nn.Linear {
  const [inputs = 0, outputs = 0] = weight?.shape ?? [];
  const layer = new nn.Linear(inputs, outputs, { bias: bias !== undefined });
  const turned = new Float32Array(inputs * outputs);
  for (let place = 0; place < turned.length; place++)
    turned[(place % outputs) * inputs + Math.floor(place / outputs)] = weight?.data[place] ?? 0;
  layer.weight.assign(tensor(turned, { shape: [outputs, inputs] }));
  if (bias !== undefined) layer.bias?.assign(toTensor(bias));
  return layer;
}

function layerNorm(weight: HostArray | undefined, bias: HostArray | undefined): nn.LayerNorm {
  const layer = new nn.LayerNorm(weight?.shape ?? []);
  layer.weight?.assign(toTensor(weight));
  layer.bias?.assign(toTensor(bias));
  return layer;
}

function integers(array: HostArray | undefined): Tensor {
  return tensor(Int32Array.from(array?.data ?? []), { shape: array?.shape ?? [] });
}
