/** How long training will take, by the pace of this process so far. */

/** A first guess from less than this would be wild: the first steps are compiled. */
const leastSeconds = 0.5;

/** A clock that begins with the call of `fit`, and not with an earlier process that a checkpoint is of. */
export class TimeLeft {
  readonly #epochs: number;
  readonly #begun = performance.now();
  #first: number | undefined;

  constructor(epochs: number) {
    this.#epochs = epochs;
  }

  /** Seconds so far, and those that are left when `done` epochs (parts of one included) are done. */
  at(done: number): { readonly seconds: number; readonly secondsLeft: number | undefined } {
    const seconds = (performance.now() - this.#begun) / 1000;
    const first = this.begin(done);
    if (seconds < leastSeconds || done <= first) return { seconds, secondsLeft: undefined };
    return { seconds, secondsLeft: (seconds * (this.#epochs - done)) / (done - first) };
  }

  /** This process begins when `done` epochs are done; only the first call counts. */
  begin(done: number): number {
    this.#first ??= done;
    return this.#first;
  }
}
