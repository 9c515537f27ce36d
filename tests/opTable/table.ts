/** The op table: one row an operation. Add a row here (in `rows/`, beside its kin) when you add an operation. */
import type { OpRow } from "./row.ts";
import { rows as arithmetic } from "./rows/arithmetic.ts";
import { rows as comparison } from "./rows/comparison.ts";
import { rows as control } from "./rows/control.ts";
import { rows as convolution } from "./rows/convolution.ts";
import { rows as creation } from "./rows/creation.ts";
import { rows as cumulative } from "./rows/cumulative.ts";
import { rows as indexing } from "./rows/indexing.ts";
import { rows as joining } from "./rows/joining.ts";
import { rows as linear } from "./rows/linear.ts";
import { rows as manipulate } from "./rows/manipulate.ts";
import { rows as normalization } from "./rows/normalization.ts";
import { rows as reduce } from "./rows/reduce.ts";
import { rows as transcendental } from "./rows/transcendental.ts";

/** All rows. Random draws have no reference values: `random.test.ts` tests them. */
export const table: readonly OpRow[] = [
  ...arithmetic,
  ...comparison,
  ...transcendental,
  ...reduce,
  ...cumulative,
  ...normalization,
  ...manipulate,
  ...joining,
  ...indexing,
  ...linear,
  ...convolution,
  ...creation,
  ...control,
];
