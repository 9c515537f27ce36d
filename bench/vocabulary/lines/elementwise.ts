/** Maps of one and of two numbers. */
import * as s from "../../../src/index.ts";
import { between, booleans, flatSizes, integers, sized } from "../inputs.ts";
import { call, type Family, type Given, type Line, node } from "../line.ts";

type Peers = Pick<Line, "tf" | "jax" | "ort" | "agree">;
type Draw = (shape: readonly number[]) => Given;

const around = between(-4, 4);
const positive = between(0.1, 4);
const unit = between(-0.95, 0.95);
const above = between(1.1, 5);
/** Peers have series with an error of 1.5e-7. */
const coarse = { absolute: 1e-5, relative: 1e-3 };

function map(name: string, ours: (x: s.Tensor) => s.Tensor, peers: Peers, draw: Draw = around): Line {
  // Its further arguments, such as a slope, stay what they usually are
  return { name, ours: (x) => ours(x), ...peers, sizes: sized(flatSizes, (shape) => [draw(shape)]) };
}

function pair(
  name: string,
  ours: (a: s.Tensor, b: s.Tensor) => s.Tensor,
  peers: Peers,
  draws: readonly [Draw, Draw] = [around, between(-4, 4, 2)],
): Line {
  return {
    name,
    ours: (a, b) => ours(a, b),
    ...peers,
    sizes: sized(flatSizes, (shape) => draws.map((draw) => draw(shape))),
  };
}

const bits: readonly [Draw, Draw] = [integers(-1e6, 1e6), integers(-1e6, 1e6, 2)];
const shifts: readonly [Draw, Draw] = [integers(-1e6, 1e6), integers(0, 9, 2)];

const maps: readonly Line[] = [
  map("abs", s.abs, { tf: "abs", jax: "np.abs", ort: "Abs" }),
  map("negative", s.negative, { tf: "neg", jax: "np.negative", ort: "Neg" }),
  map("sign", s.sign, { tf: "sign", jax: "np.sign", ort: "Sign" }),
  map("signbit", s.signbit, { jax: "np.signbit" }),
  map("square", s.square, { tf: "square", jax: "np.square" }),
  map("sqrt", s.sqrt, { tf: "sqrt", jax: "np.sqrt", ort: "Sqrt" }, positive),
  map("rsqrt", s.rsqrt, { tf: "rsqrt" }, positive),
  map("cbrt", s.cbrt, { jax: "np.cbrt" }),
  map("reciprocal", s.reciprocal, { tf: "reciprocal", jax: "np.reciprocal", ort: "Reciprocal" }, positive),
  map("floor", s.floor, { tf: "floor", jax: "np.floor", ort: "Floor" }),
  map("ceil", s.ceil, { tf: "ceil", jax: "np.ceil", ort: "Ceil" }),
  map("round", s.round, { tf: "round", jax: "np.round", ort: "Round" }),
  map("trunc", s.trunc, { jax: "np.trunc" }),
  map("exp", s.exp, { tf: "exp", jax: "np.exp", ort: "Exp" }),
  map("exp2", s.exp2, { jax: "np.exp2" }),
  map("expm1", s.expm1, { tf: "expm1", jax: "np.expm1" }),
  map("log", s.log, { tf: "log", jax: "np.log", ort: "Log" }, positive),
  map("log2", s.log2, { jax: "np.log2" }, positive),
  map("log10", s.log10, { jax: "np.log10" }, positive),
  map("log1p", s.log1p, { tf: "log1p", jax: "np.log1p" }, positive),
  map("sin", s.sin, { tf: "sin", jax: "np.sin", ort: "Sin" }),
  map("cos", s.cos, { tf: "cos", jax: "np.cos", ort: "Cos" }),
  map("tan", s.tan, { tf: "tan", jax: "np.tan", ort: "Tan" }, unit),
  map("asin", s.asin, { tf: "asin", jax: "np.asin", ort: "Asin" }, unit),
  map("acos", s.acos, { tf: "acos", jax: "np.acos", ort: "Acos" }, unit),
  map("atan", s.atan, { tf: "atan", jax: "np.atan", ort: "Atan" }),
  map("sinh", s.sinh, { tf: "sinh", jax: "np.sinh", ort: "Sinh" }),
  map("cosh", s.cosh, { tf: "cosh", jax: "np.cosh", ort: "Cosh" }),
  map("tanh", s.tanh, { tf: "tanh", jax: "np.tanh", ort: "Tanh" }),
  map("asinh", s.asinh, { tf: "asinh", jax: "np.asinh", ort: "Asinh" }),
  map("acosh", s.acosh, { tf: "acosh", jax: "np.acosh", ort: "Acosh" }, above),
  map("atanh", s.atanh, { tf: "atanh", jax: "np.atanh", ort: "Atanh" }, unit),
  map("erf", s.erf, { tf: "erf", jax: "scipySpecial.erf", ort: "Erf", agree: coarse }),
  map("erfc", s.erfc, { jax: "scipySpecial.erfc", agree: coarse }),
  map("sinc", s.sinc, { jax: "np.sinc" }),
  map("logit", s.logit, { jax: "scipySpecial.logit" }, between(0.05, 0.95)),
  map("deg2rad", s.deg2rad, { jax: "np.deg2rad" }),
  map("rad2deg", s.rad2deg, { jax: "np.rad2deg" }),
  map("nanToNum", s.nanToNum, { jax: "np.nanToNum" }),
  map("clip", (x) => s.clip(x, -1, 1), {
    tf: call("clipByValue", -1, 1),
    jax: call("np.clip", -1, 1),
    ort: node("Clip", {}, { more: [-1, 1].map((end) => ({ data: Float32Array.of(end), shape: [] })) }),
  }),
  map("astype", (x) => s.astype(x, "i32"), {
    tf: call("cast", "int32"),
    jax: call("np.astype", "int32"),
    ort: node("Cast", { to: 6 }, { type: "int32" }),
  }),
  map("bitwiseInvert", s.bitwiseInvert, { jax: "np.invert", ort: node("BitwiseNot", {}, { type: "int32" }) }, bits[0]),
];

const pairs: readonly Line[] = [
  pair("add", s.add, { tf: "add", jax: "np.add", ort: "Add" }),
  pair("subtract", s.subtract, { tf: "sub", jax: "np.subtract", ort: "Sub" }),
  pair("multiply", s.multiply, { tf: "mul", jax: "np.multiply", ort: "Mul" }),
  pair("divide", s.divide, { tf: "div", jax: "np.divide", ort: "Div" }, [around, positive]),
  pair("floorDivide", s.floorDivide, { tf: "floorDiv", jax: "np.floorDivide" }, [around, positive]),
  pair("remainder", s.remainder, { tf: "mod", jax: "np.remainder" }, [around, positive]),
  pair("fmod", s.fmod, { jax: "np.fmod", ort: node("Mod", { fmod: 1 }) }, [around, positive]),
  pair("pow", s.pow, { tf: "pow", jax: "np.pow", ort: "Pow" }, [positive, around]),
  pair("maximum", s.maximum, { tf: "maximum", jax: "np.maximum", ort: "Max" }),
  pair("minimum", s.minimum, { tf: "minimum", jax: "np.minimum", ort: "Min" }),
  pair("fmax", s.fmax, { jax: "np.fmax" }),
  pair("fmin", s.fmin, { jax: "np.fmin" }),
  pair("hypot", s.hypot, { jax: "np.hypot" }),
  pair("atan2", s.atan2, { tf: "atan2", jax: "np.atan2" }),
  pair("copysign", s.copysign, { jax: "np.copysign" }),
  pair("heaviside", s.heaviside, { jax: "np.heaviside" }),
  pair("logaddexp", s.logaddexp, { jax: "np.logaddexp" }),
  pair(
    "bitwiseAnd",
    s.bitwiseAnd,
    { tf: "bitwiseAnd", jax: "np.bitwiseAnd", ort: node("BitwiseAnd", {}, { type: "int32" }) },
    bits,
  ),
  pair("bitwiseOr", s.bitwiseOr, { jax: "np.bitwiseOr", ort: node("BitwiseOr", {}, { type: "int32" }) }, bits),
  pair("bitwiseXor", s.bitwiseXor, { jax: "np.bitwiseXor", ort: node("BitwiseXor", {}, { type: "int32" }) }, bits),
  pair("bitwiseLeftShift", s.bitwiseLeftShift, { jax: "np.leftShift" }, shifts),
  pair("bitwiseRightShift", s.bitwiseRightShift, { jax: "np.rightShift" }, shifts),
];

const bool = { type: "bool" } as const;

const comparisons: readonly Line[] = [
  pair("equal", s.equal, { tf: "equal", jax: "np.equal", ort: node("Equal", {}, bool) }),
  pair("notEqual", s.notEqual, { tf: "notEqual", jax: "np.notEqual" }),
  pair("less", s.less, { tf: "less", jax: "np.less", ort: node("Less", {}, bool) }),
  pair("lessEqual", s.lessEqual, { tf: "lessEqual", jax: "np.lessEqual", ort: node("LessOrEqual", {}, bool) }),
  pair("greater", s.greater, { tf: "greater", jax: "np.greater", ort: node("Greater", {}, bool) }),
  pair("greaterEqual", s.greaterEqual, {
    tf: "greaterEqual",
    jax: "np.greaterEqual",
    ort: node("GreaterOrEqual", {}, bool),
  }),
  pair("logicalAnd", s.logicalAnd, { tf: "logicalAnd", jax: "np.logicalAnd", ort: node("And", {}, bool) }, [
    booleans(1),
    booleans(2),
  ]),
  pair("logicalOr", s.logicalOr, { tf: "logicalOr", jax: "np.logicalOr", ort: node("Or", {}, bool) }, [
    booleans(1),
    booleans(2),
  ]),
  pair("logicalXor", s.logicalXor, { tf: "logicalXor", jax: "np.logicalXor", ort: node("Xor", {}, bool) }, [
    booleans(1),
    booleans(2),
  ]),
  map("logicalNot", s.logicalNot, { tf: "logicalNot", jax: "np.logicalNot", ort: node("Not", {}, bool) }, booleans(1)),
  map("isNan", s.isNan, { tf: "isNaN", jax: "np.isnan", ort: node("IsNaN", {}, bool) }),
  map("isInf", s.isInf, { tf: "isInf", jax: "np.isinf", ort: node("IsInf", {}, bool) }),
  map("isFinite", s.isFinite, { tf: "isFinite", jax: "np.isfinite" }),
  {
    name: "where",
    ours: s.where,
    tf: "where",
    jax: "np.where",
    ort: "Where",
    sizes: sized(flatSizes, (shape) => [booleans(1)(shape), around(shape), between(-4, 4, 2)(shape)]),
  },
];

const activations: readonly Line[] = [
  map("relu", s.relu, { tf: "relu", jax: "nn.relu", ort: "Relu" }),
  map("relu6", s.relu6, { tf: "relu6", jax: "nn.relu6" }),
  map("leakyRelu", s.leakyRelu, { tf: call("leakyRelu", 0.01), jax: call("nn.leakyRelu", 0.01), ort: "LeakyRelu" }),
  map("elu", s.elu, { tf: "elu", jax: "nn.elu", ort: "Elu" }),
  map("selu", s.selu, { tf: "selu", jax: "nn.selu", ort: "Selu" }),
  map("celu", s.celu, { jax: "nn.celu", ort: "Celu" }),
  map("gelu", s.gelu, { jax: call("nn.gelu", { approximate: false }), ort: "Gelu", agree: coarse }),
  map("silu", s.silu, { jax: "nn.silu" }),
  map("mish", s.mish, { jax: "nn.mish", ort: "Mish" }),
  map("sigmoid", s.sigmoid, { tf: "sigmoid", jax: "nn.sigmoid", ort: "Sigmoid" }),
  map("logSigmoid", s.logSigmoid, { tf: "logSigmoid", jax: "nn.logSigmoid" }),
  map("softplus", s.softplus, { tf: "softplus", jax: "nn.softplus", ort: "Softplus" }),
  map("softsign", s.softsign, { jax: "nn.softSign", ort: "Softsign" }),
  map("hardSigmoid", s.hardSigmoid, { jax: "nn.hardSigmoid", ort: node("HardSigmoid", { alpha: 1 / 6, beta: 0.5 }) }),
  map("hardSwish", s.hardSwish, { jax: "nn.hardSilu", ort: "HardSwish" }),
  map("hardTanh", s.hardTanh, { jax: "nn.hardTanh" }),
  map("hardshrink", s.hardshrink, { ort: node("Shrink", { lambd: 0.5 }) }),
  pair("prelu", s.prelu, { tf: "prelu", ort: "PRelu" }),
];

/** Elementwise, comparison and logic, activations. */
export const elementwise: readonly Family[] = [
  { name: "elementwise", lines: [...maps, ...pairs] },
  { name: "comparison", lines: comparisons },
  { name: "activations", lines: activations },
];
