/** Numbers of this page in words. */

/** A share in whole percent; never 0 % or 100 % where that is not so. */
export function percent(share: number): string {
  const whole = Math.round(100 * share);
  if (share > 0 && whole === 0) return "< 1 %";
  if (share < 1 && whole === 100) return "> 99 %";
  return `${whole} %`;
}

/** "a 4", "an 8", "a cat". */
export function withArticle(name: string): string {
  return `${name === "8" ? "an" : "a"} ${name}`;
}
