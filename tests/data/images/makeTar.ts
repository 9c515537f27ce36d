/** Archives for tests: ustar headers, and long names as GNU tar and as pax have them. */

const block = 512;

function header(path: string, size: number, type: string): Uint8Array {
  const bytes = new Uint8Array(block);
  const put = (text: string, at: number) => bytes.set(new TextEncoder().encode(text), at);
  put(path.slice(0, 100), 0);
  put("0000644\0", 100);
  put(`${size.toString(8).padStart(11, "0")}\0`, 124);
  put("        ", 148);
  put(type, 156);
  put("ustar\u000000", 257);
  const sum = bytes.reduce((total, byte) => total + byte, 0);
  put(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  return bytes;
}

function entry(path: string, content: Uint8Array, type = "0"): Uint8Array[] {
  const padding = new Uint8Array((block - (content.length % block)) % block);
  return [header(path, content.length, type), content, padding];
}

/** The bytes of an archive with these files, in order. `long` says how names beyond 100 bytes are written. */
export function makeTar(
  files: readonly (readonly [path: string, content: Uint8Array])[],
  long: "gnu" | "pax" = "gnu",
): Uint8Array<ArrayBuffer> {
  const parts = files.flatMap(([path, content]) => {
    if (path.length <= 100) return entry(path, content);
    if (long === "gnu")
      return [...entry("././@LongLink", new TextEncoder().encode(`${path}\0`), "L"), ...entry(path, content)];
    const body = ` path=${path}\n`;
    const length = [2, 3, 4]
      .map((digits) => body.length + digits)
      .find((total) => String(total).length + body.length === total);
    return [...entry("PaxHeaders/x", new TextEncoder().encode(`${length}${body}`), "x"), ...entry("short", content)];
  });
  const whole = new Uint8Array(parts.reduce((total, { length }) => total + length, 2 * block));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
