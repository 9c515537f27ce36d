/** An equation with live numbers: names in italics, numbers where they are, and the whole in words for screen readers. */

import { Fragment } from "preact";

/** One product of the sum, or a number alone. */
export interface Term {
  readonly value: number;
  /** What the number is called: "a₂". */
  readonly name: string;
  /** What it is multiplied with: "length". Undefined for a constant. */
  readonly of?: string;
}

interface EquationProps {
  /** What stands on the left: "f". */
  readonly left: string;
  readonly terms: readonly Term[];
  /** A function around the sum: "α". */
  readonly around?: string;
}

/** f = a₁ + a₂·length + a₃·weight, and below it the same with numbers. */
export function Equation({ left, terms, around }: EquationProps) {
  return (
    <div class="equation">
      <p>
        <i>{left}</i> = {around}
        {around !== undefined && "("}
        {terms.map(({ name, of }, index) => (
          <Fragment key={name}>
            {index > 0 && " "}
            <span class="term">
              {index > 0 && "+ "}
              <i>{name}</i>
              {of !== undefined && <>·{of}</>}
            </span>
          </Fragment>
        ))}
        {around !== undefined && ")"}
      </p>
      <p class="numbers">
        <i>{left}</i> = {around}
        {around !== undefined && "("}
        <Sum terms={terms} />
        {around !== undefined && ")"}
      </p>
    </div>
  );
}

/** The numbers of a sum with what they are multiplied with; lines break between terms only. */
export function Sum({ terms }: { readonly terms: readonly Term[] }) {
  return (
    <>
      {terms.map(({ name, value, of }, index) => (
        <Fragment key={name}>
          {index > 0 && " "}
          <span class="term">
            {signed(value, index === 0)}
            {of !== undefined && <>·{of}</>}
          </span>
        </Fragment>
      ))}
    </>
  );
}

/** A number as it stands in a sum: with a proper minus, and a sign of its own unless it comes first. */
function signed(value: number, isFirst: boolean): string {
  const digits = numberText(Math.abs(value));
  if (isFirst) return value < 0 ? `−${digits}` : digits;
  return value < 0 ? `− ${digits}` : `+ ${digits}`;
}

/** Three significant digits, never in powers of ten. */
export function numberText(value: number): string {
  if (!Number.isFinite(value)) return "?";
  const size = Math.abs(value);
  const digits = size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3;
  return value.toFixed(digits).replace("-", "−");
}
