/** Shapes of layers in types: what is checked while one types a model. */
import { nn, type Tensor } from "../../src/index.ts";

declare const batch: Tensor<["batch", 2]>;
declare const unknown: Tensor;

const layer = new nn.Linear(2, 16);
export const hidden: Tensor<["batch", 16]> = layer.forward(batch);
export const deeper: Tensor<[5, "time", 16]> = layer.forward({} as Tensor<[5, "time", 2]>);
export const active: Tensor<["batch", 16]> = new nn.ReLU().forward(hidden);
export const dropped: Tensor<["batch", 16]> = new nn.Dropout().forward(active);
export const open: Tensor = layer.forward(unknown);

// @ts-expect-error 16 features meet a layer of 8
new nn.Linear(8, 1).forward(hidden);
// @ts-expect-error the result has 16 features, not 3
export const wrong: Tensor<["batch", 3]> = layer.forward(batch);

const count: number = 4;
new nn.Linear(count, 3).forward(hidden);
export const model: nn.Module = new nn.Sequential(layer, new nn.ReLU(), new nn.Linear(16, 1));
export const output: Tensor = model.forward(batch);

export const normalized: Tensor<["batch", 16]> = new nn.LayerNorm(16).forward(hidden);
export const byBatch: Tensor<["batch", 16]> = new nn.BatchNorm1d(16).forward(new nn.RMSNorm(16).forward(hidden));
// @ts-expect-error normalizing keeps the 16 features
export const fewer: Tensor<["batch", 8]> = new nn.GroupNorm(4, 16).forward(hidden);

const activations = new nn.Hardswish().forward(new nn.SELU().forward(new nn.PReLU(16).forward(hidden)));
export const activated: Tensor<["batch", 16]> = new nn.Dropout2d().forward(activations);
export const halved: Tensor = new nn.GLU().forward(hidden);
export const summed: number = model.summary([1, 2]).parameters;
// @ts-expect-error softmax keeps the 16 classes
export const classes: Tensor<["batch", 10]> = new nn.Softmax().forward(hidden);
export const recurrent: Tensor = new nn.LSTM(2, 3).forward(unknown).output;
// @ts-expect-error a layer of two inputs
new nn.Bilinear(2, 2, 2).forward(unknown);
// @ts-expect-error no weight to be normalized
new nn.WeightNorm(new nn.Flatten());
