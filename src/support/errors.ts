/**
 * Errors by meaning. Every message says what happened, what was expected, and what to do; the class lets a
 * caller react without reading the message. Start here to see what can go wrong anywhere in Smilodon.
 */

/** Facts behind an error, for programs: sizes, axes, names. They are already part of the message. */
export type ErrorFacts = Readonly<Record<string, unknown>>;

/** What all errors of Smilodon share. Never thrown itself: catch it to catch every one of them. */
export abstract class SmilodonError extends Error {
  /** The class's name, written out in each: bundlers shorten the names of classes. */
  abstract override readonly name: string;
  /** Facts behind the message, by name. */
  readonly facts: ErrorFacts;

  constructor(message: string, facts: ErrorFacts = {}) {
    super(message);
    this.facts = facts;
  }
}

/** Sizes, ranks or axes do not fit together. */
export class ShapeError extends SmilodonError {
  override readonly name = "ShapeError";
}

/** The element types do not fit the operation, or cannot be combined. */
export class DtypeError extends SmilodonError {
  override readonly name = "DtypeError";
}

/** The operation, dtype or derivative is not available here; the message names what is, if anything. */
export class UnsupportedError extends SmilodonError {
  override readonly name = "UnsupportedError";
}

/** The device failed or has not the memory or feature asked for. */
export class DeviceError extends SmilodonError {
  override readonly name = "DeviceError";
}

/** A file, table or value handed in is not what it has to be; the message says where. */
export class DataError extends SmilodonError {
  override readonly name = "DataError";
}

/** A tensor was used outside the function being traced, or read inside one where it has no value yet. */
export class TracingError extends SmilodonError {
  override readonly name = "TracingError";
}

/** A tensor, scope or device was used after it was disposed. */
export class DisposedError extends SmilodonError {
  override readonly name = "DisposedError";
}

/** An argument is outside what the function accepts (a negative rate, an unknown option). */
export class ArgumentError extends SmilodonError {
  override readonly name = "ArgumentError";
}
