/** Wrong calls teach. */
import { expect, it } from "vitest";
import { table } from "./table.ts";

it.each(table.filter(({ errors }) => errors.length > 0))("wrong calls of $name say what to do", (row) => {
  for (const sample of row.errors) {
    expect(sample.call, `${row.name} of ${sample.label}`).toThrow(sample.message);
    expect(sample.call, `${row.name} of ${sample.label}`).toThrow(sample.error);
  }
});
