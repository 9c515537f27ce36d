/** Checks of Smilodon's own promises. A failure here is a defect of ours, never of the user's input. */

/** Throws when `condition` is false: the message names the promise that was broken. */
export function invariant(condition: unknown, promise: string): asserts condition {
  if (!condition) throw new Error(`Smilodon broke its own promise: ${promise}. Please report this.`);
}

/** The element at `index`, which must exist: for positions that a loop or a check has already bounded. */
export function at<T>(items: ArrayLike<T>, index: number): T {
  const item = items[index < 0 ? items.length + index : index];
  if (item === undefined) throw new Error(`Smilodon broke its own promise: index ${index} of ${items.length} exists.`);
  return item;
}
