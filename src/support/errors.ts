/**
 * Errors by meaning. Every message says what happened, what was expected, and what to do; the class lets a
 * caller react without reading the message. Start here to see what can go wrong anywhere in Smilodon.
 */

/** Facts behind an error, for programs: sizes, axes, names. They are already part of the message. */
export type ErrorFacts = Readonly<Record<string, unknown>>;

/** What all errors of Smilodon share. Never thrown itself: catch it to catch every one of them. */
export abstract class SmilodonError extends Error {
  /** Facts behind the message, by name. */
  readonly facts: ErrorFacts;

  constructor(message: string, facts: ErrorFacts = {}) {
    super(message);
    this.facts = facts;
    this.name = new.target.name;
  }
}

/** Sizes, ranks or axes do not fit together. */
export class ShapeError extends SmilodonError {}

/** The element types do not fit the operation, or cannot be combined. */
export class DtypeError extends SmilodonError {}

/** The operation, dtype or derivative is not available here; the message names what is, if anything. */
export class UnsupportedError extends SmilodonError {}

/** The device failed or has not the memory or feature asked for. */
export class DeviceError extends SmilodonError {}

/** A file, table or value handed in is not what it has to be; the message says where. */
export class DataError extends SmilodonError {}

/** A tensor was used outside the function being traced, or read inside one where it has no value yet. */
export class TracingError extends SmilodonError {}

/** A tensor, scope or device was used after it was disposed. */
export class DisposedError extends SmilodonError {}

/** An argument is outside what the function accepts (a negative rate, an unknown option). */
export class ArgumentError extends SmilodonError {}
