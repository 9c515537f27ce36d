/** Numbers things in the order in which they are met, so that equal structures get equal numbers. */

/** The numbers of some things. */
export class Numbers {
  readonly items: number[] = [];
  readonly #numbers = new Map<number, number>();

  /** The number of `item`: the next one, where it is new. */
  of(item: number): number {
    let number = this.#numbers.get(item);
    if (number === undefined) {
      number = this.items.push(item) - 1;
      this.#numbers.set(item, number);
    }
    return number;
  }
}
