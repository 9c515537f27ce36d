/**
 * Results whose size depends on the data. Outside of compiled functions they are promises: the size is read first. Inside, where
 * nothing can be read, and wherever a promise is not wanted, the caller says the size.
 */
import { ArgumentError, UnsupportedError } from "../support/errors.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { openTrace } from "../tensor/tracing.ts";

/** How many elements the result has. */
export interface SizeOption {
  /** As many elements: what is beyond them is left out, what is missing is filled in. The result is there at once. */
  readonly size: number;
}

/** No size is given: the result is a promise. */
export interface NoSize {
  readonly size?: undefined;
}

/** Both. */
export interface MaybeSize {
  readonly size?: number | undefined;
}

/**
 * What `make` gives of the size that was given, or of the one that is read.
 * @throws UnsupportedError inside a compiled function where no size is given, ArgumentError where it is no count.
 */
export function ofSize<R>(
  operation: string,
  size: number | undefined,
  needed: () => Tensor,
  make: (size: number) => R,
): R | Promise<R> {
  if (size !== undefined) {
    if (!Number.isInteger(size) || size < 0)
      throw new ArgumentError(`${operation}: size is ${size} and has to be a whole number of at least 0.`, { size });
    return make(size);
  }
  if (openTrace() !== undefined)
    throw new UnsupportedError(
      `${operation}: how many elements the result has depends on the data, which a compiled function does not know. Say how many with { size: … }, or call ${operation} outside of compile.`,
      { operation },
    );
  return needed().item().then(make);
}
