/** Conversions between dtypes, as C on scalars or on vectors of one width. */
import { bytesOf, type Dtype, isFloat, isHalf } from "../../shape/dtype.ts";
import { type Held, heldIn, literal, splat, typeName, typeOf } from "./types.ts";

/** `value`, held as `from`, as `to`: `width` lanes of it. */
export function castText(from: Dtype, to: Dtype, width: number, value: string): string {
  if (from === to) return value;
  if (isHalf(from)) return castText("f32", to, width, `f32_from_${from}${lanes(width)}(${value})`);
  if (isHalf(to)) return `${to}_from_f32${lanes(width)}(${castText(from, "f32", width, value)})`;
  if (to === "bool") return isNotZero(from, width, value);
  if (from === "bool") return fromBool(to, width, value);
  const number = heldIn[to];
  const converted = convertHeld(heldIn[from], number, width, value);
  return bytesOf(to) < 4 ? narrowed(to, isFloat(from), width, converted) : converted;
}

/** The bits of `value` as a dtype of equal size. */
export function bitcastText(from: Dtype, to: Dtype, width: number, value: string): string {
  if (from === to) return value;
  if (to === "bool" || from === "bool") return castText(from, to, width, value);
  if (bytesOf(to) < 4) return narrowed(to, false, width, convertHeld(heldIn[from], heldIn[to], width, value));
  const [source, target] = [heldIn[from], heldIn[to]];
  if (!isFloat(from) && !isFloat(to)) return convertHeld(source, target, width, value);
  return `${target}_bits_${typeOf(source, width)}(${value})`;
}

function lanes(width: number): string {
  return width === 1 ? "" : `x${width}`;
}

function convertHeld(from: Held, to: Held, width: number, value: string): string {
  return from === to ? value : `${to}_from_${typeOf(from, width)}(${value})`;
}

function isNotZero(from: Dtype, width: number, value: string): string {
  if (width === 1) return `(${value} != 0)`;
  return `not_b${width}(equal_${typeName(from, width)}(${value}, ${splat(from, width, literal(from, 0))}))`;
}

function fromBool(to: Dtype, width: number, value: string): string {
  if (width === 1) return `((${heldIn[to]})${value})`;
  const [one, zero] = [1, 0].map((number) => splat(to, width, literal(to, number)));
  return `select_${typeName(to, width)}(${value}, ${one}, ${zero})`;
}

/** `value` of 32 bits as a smaller integer: what is beyond wraps, or stops at the ends where it `saturates`. */
function narrowed(to: Dtype, saturates: boolean, width: number, value: string): string {
  const type = typeName(to, width);
  if (to === "u8")
    return saturates
      ? `minimum_${type}(${value}, ${width === 1 ? "255u" : splat(to, width, "255u")})`
      : `(${value} & 255u)`;
  if (saturates) return `clamp${to === "i8" ? "I8" : "I16"}_${type}(${value})`;
  const unused = 32 - 8 * bytesOf(to);
  return `((${value} << ${unused}) >> ${unused})`;
}
