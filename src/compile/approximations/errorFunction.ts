/**
 * erf: a polynomial near zero, elsewhere 1 − e^−(x + x·P(x)). erfc: t·e^(P(t) − x²), t = 1/(1 + x/2), whose square
 * is taken in two parts. Coefficients: tools/approximations/fit.py.
 */
import type { Expression } from "../../kernel/expression.ts";
import { expNormal, expOfDifference } from "./exponential.ts";
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

const complement = [
  -1.265446424484253, 0.9985928535461426, 0.3870462477207184, 0.03239695355296135, 0.008429081179201603,
  -0.09483776986598969, -0.6775622963905334, 1.1420146226882935, -0.6743361353874207, 0.1437029093503952,
];
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
  const a = s.apply("minimum", s.abs(x), nothingLeft);
  const t = s.divide(1, s.add(s.multiply(a, 0.5), 1));
  const head = s.head(a);
  const low = s.add(s.multiply(s.subtract(head, a), s.add(head, a)), s.polynomial(t, complement));
  const magnitude = s.multiply(t, expOfDifference(s, low, s.multiply(head, head)));
  return s.select(s.less(x, 0), s.subtract(2, magnitude), magnitude);
}
