/**
 * erf: a polynomial near zero, elsewhere 1 − e^−(x + x·P(x)). erfc: one less erf near zero, elsewhere t·Q(t)·e^−x²,
 * t = 1/(1 + x/2), where what rounding loses is carried on. Coefficients: tools/approximations/fit.py.
 */
import type { Expression } from "../../kernel/expression.ts";
import { expNormal, expOfDifference, scaleByBiased } from "./exponential.ts";
import type { Single } from "./single.ts";

const edge = 0.88;
/** erf x = x + x·P(z), z = x². */
const near = [
  0.12837915122509003, -0.3761250674724579, 0.1128196120262146, -0.026772094890475273, 0.005001490470021963,
  -0.000603445922024548,
];
/** Beyond `edge`; from 4 on erf is 1 in f32. */
const far = [
  0.12852640450000763, 0.6356772780418396, 0.10531628131866455, -0.022925080731511116, 0.0032259654253721237,
  -0.0002153267414541915,
];

/** Up to it erfc is taken from erf = x + x·P(z): it is no less than 0.35, and loses little. */
const complementEdge = 0.65;
const complementNear = [
  0.12837901711463928, -0.3761201500892639, 0.11276135593652725, -0.02647004835307598, 0.004296757280826569,
];
/** erfc x · e^x² = t·(Q(t − centre) + rest) beyond; `rest` is what the first coefficient lacks in f32. */
const complement = [
  0.4699890911579132, 0.6191605925559998, 0.527853786945343, 0.1842753291130066, -0.1344410479068756,
  -0.13457144796848297, 0.06634631007909775, 0.08185594528913498, -0.056897878646850586,
];
const complementRest = -1.4775919154885742e-8;
const centre = 0.4375;
/** From here on erfc is 0 in f32. */
const nothingLeft = 10.1;

/** 2/√π ∫₀ˣ e^−t² dt. */
export function erf(s: Single, x: Expression): Expression {
  const a = s.apply("minimum", s.abs(x), 4);
  const small = s.add(a, s.multiply(a, s.polynomial(s.multiply(a, a), near)));
  const exponent = s.apply("negative", s.add(a, s.multiply(a, s.polynomial(a, far))));
  const large = s.subtract(1, expNormal(s, exponent));
  return s.withSignOf(s.select(s.less(a, edge), small, large), x);
}

/** 1 − erf x. */
export function erfc(s: Single, x: Expression): Expression {
  const erfNear = s.add(x, s.multiply(x, s.polynomial(s.multiply(x, x), complementNear)));
  const a = s.apply("minimum", s.abs(x), nothingLeft);
  const large = complementOf(s, a);
  const outside = s.select(s.less(x, 0), s.subtract(2, large), large);
  return s.select(s.less(a, complementEdge), s.subtract(1, erfNear), outside);
}

/** erfc a for a from `complementEdge` to `nothingLeft`. Each factor is a number of f32 and what that lacks. */
function complementOf(s: Single, a: Expression): Expression {
  const aHead = s.head(a);
  const minusRest = s.subtract(aHead, a);
  const square = s.multiply(aHead, aHead);
  const { part, biased } = expOfDifference(s, s.multiply(minusRest, s.add(aHead, a)), square);
  // t = 1/(1 + a/2) as 12 bits, whose products with halves of a are exact, and the rest
  const quotient = s.divide(1, s.add(s.multiply(a, 0.5), 1));
  const t = s.head(quotient);
  const half = s.multiply(t, 0.5);
  const error = s.add(s.subtract(s.subtract(1, t), s.multiply(half, aHead)), s.multiply(half, minusRest));
  const tRest = s.multiply(quotient, error);
  const u = s.add(s.subtract(t, centre), tRest);
  const [first = 0, ...others] = complement;
  const further = s.add(s.multiply(u, s.polynomial(u, others)), complementRest);
  const sum = s.add(further, first);
  // (sum + what it lacks)·(1 + part)
  const more = s.add(s.multiply(sum, part), s.subtract(further, s.subtract(sum, first)));
  const product = s.add(sum, more);
  const head = s.head(product);
  const rest = s.add(s.subtract(product, head), s.subtract(more, s.subtract(product, sum)));
  const low = s.add(s.multiply(t, rest), s.multiply(tRest, product));
  return scaleByBiased(s, s.add(s.multiply(t, head), low), biased);
}
