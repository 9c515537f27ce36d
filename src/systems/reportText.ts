/** Numbers and text as the report shows them. */

/** Text safe inside HTML and SVG, attributes included. */
export function escapeMarkup(text: string): string {
  const signs: Readonly<Record<string, string>> = {
    "&": "&amp;",
    "<": "&lt;",
    ">": "&gt;",
    '"': "&quot;",
    "'": "&#39;",
  };
  return text.replace(/[&<>"']/g, (sign) => signs[sign] ?? sign);
}

/** A share as per cent: 0.947 is "94.7 %" (with a narrow no-break space). */
export function percent(share: number, digits = 1): string {
  return `${(100 * share).toFixed(digits)}\u202f%`;
}

/** A number with a sign, the minus a real one: "+1.2", "−0.3". */
export function signed(value: number, digits = 1): string {
  const text = Math.abs(value).toFixed(digits);
  return Number(text) === 0 ? text : `${value < 0 ? "−" : "+"}${text}`;
}

/** A measured value with as many digits as make sense: 0.05, 11.5, 105, 18,000. */
export function measured(value: number): string {
  if (value >= 1000) return Math.round(value).toLocaleString("en-US");
  if (value >= 100) return String(Math.round(value));
  return String(Number(value.toPrecision(3)));
}

/** A probability for people: never 100 %, because no model knows that. */
export function chance(probability: number): string {
  if (probability > 0.999) return "over 99.9\u202f%";
  if (probability < 0.001) return "under 0.1\u202f%";
  return percent(probability);
}
