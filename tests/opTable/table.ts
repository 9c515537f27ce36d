/** The op table: one row an operation. Add a row here (in `rows/`, beside its kin) when you add an operation. */
import { allDtypes, type Dtype, dtypes, isFloat } from "../../src/shape/dtype.ts";
import { DtypeError } from "../../src/support/errors.ts";
import { zeros } from "../../src/tensor/creation.ts";
import { count, type HostTensor, host } from "./host.ts";
import type { OpRow, Sample } from "./row.ts";
import { rows as activation } from "./rows/activation.ts";
import { rows as arithmetic } from "./rows/arithmetic.ts";
import { rows as associative } from "./rows/associative.ts";
import { rows as comparison } from "./rows/comparison.ts";
import { rows as complex } from "./rows/complex.ts";
import { rows as control } from "./rows/control.ts";
import { rows as convolution } from "./rows/convolution.ts";
import { rows as creation } from "./rows/creation.ts";
import { rows as cumulative } from "./rows/cumulative.ts";
import { rows as diagonals } from "./rows/diagonals.ts";
import { rows as elementwise } from "./rows/elementwise.ts";
import { rows as fourier } from "./rows/fourier.ts";
import { rows as images } from "./rows/images.ts";
import { rows as indexing } from "./rows/indexing.ts";
import { rows as joining } from "./rows/joining.ts";
import { rows as linalg } from "./rows/linalg.ts";
import { rows as linear } from "./rows/linear.ts";
import { rows as manipulate } from "./rows/manipulate.ts";
import { rows as normalization } from "./rows/normalization.ts";
import { rows as padding } from "./rows/padding.ts";
import { rows as pooling } from "./rows/pooling.ts";
import { rows as positions } from "./rows/positions.ts";
import { rows as quantization } from "./rows/quantization.ts";
import { rows as quantizedWeights } from "./rows/quantizedWeights.ts";
import { rows as rearrange } from "./rows/rearrange.ts";
import { rows as reduce } from "./rows/reduce.ts";
import { rows as regions } from "./rows/regions.ts";
import { rows as scatter } from "./rows/scatter.ts";
import { rows as selecting } from "./rows/selecting.ts";
import { rows as signal } from "./rows/signal.ts";
import { rows as sorting } from "./rows/sorting.ts";
import { rows as special } from "./rows/special.ts";
import { rows as transcendental } from "./rows/transcendental.ts";
import { rows as windows } from "./rows/windows.ts";

const rows: readonly OpRow[] = [
  ...arithmetic,
  ...comparison,
  ...elementwise,
  ...sorting,
  ...selecting,
  ...transcendental,
  ...special,
  ...activation,
  ...reduce,
  ...cumulative,
  ...normalization,
  ...manipulate,
  ...padding,
  ...joining,
  ...indexing,
  ...scatter,
  ...positions,
  ...rearrange,
  ...diagonals,
  ...windows,
  ...linear,
  ...complex,
  ...linalg,
  ...convolution,
  ...pooling,
  ...fourier,
  ...signal,
  ...images,
  ...regions,
  ...creation,
  ...control,
  ...associative,
  ...quantization,
  ...quantizedWeights,
];

/** All rows, in every dtype. Random draws have no reference values: `random.test.ts` tests them. */
export const table: readonly OpRow[] = rows.map(inEveryDtype);

/** `row` with an f32 sample once more in each dtype that it has no sample of, unless the operation refuses that dtype. */
function inEveryDtype(row: OpRow): OpRow {
  const base = row.samples.find(({ inputs }) => inputs[0]?.dtype === "f32" && count(inputs[0].shape) > 1);
  if (base === undefined) return row;
  const known = new Set(row.samples.map(({ inputs }) => inputs[0]?.dtype));
  const more = allDtypes.filter((dtype) => !known.has(dtype)).map((dtype) => converted(base, dtype));
  return { ...row, samples: [...row.samples, ...more.filter(isAccepted)] };
}

function converted(sample: Sample, dtype: Dtype): Sample {
  const inputs = sample.inputs.map((input) => (input.dtype === "f32" ? inDtype(input, dtype) : input));
  return { ...sample, label: `${sample.label} in ${dtype}`, inputs, hasDerivative: false };
}

/** Floats as they are; whole numbers small enough for the smallest dtype, without fractions. */
function inDtype({ shape, data }: HostTensor, dtype: Dtype): HostTensor {
  if (isFloat(dtype)) return host(shape, dtype, data);
  const whole = data.map((value) => (Number.isFinite(value) ? Math.round(3 * value) : 1));
  return host(shape, dtype, dtypes[dtype].lowest < 0 ? whole : whole.map(Math.abs));
}

function isAccepted(sample: Sample): boolean {
  try {
    sample.call(...sample.inputs.map(({ shape, dtype }) => zeros(shape, { dtype })));
    return true;
  } catch (error) {
    if (error instanceof DtypeError) return false;
    throw error;
  }
}
