const fractionTermsMax = 5_000;
const tiny = 1e-300;

/** Natural logarithm of the gamma function of a positive number (Lanczos 1964, with the coefficients of g = 7, n = 9). */
export function logGamma(x: number): number {
  const coefficients = [
    676.5203681218851, -1259.1392167224028, 771.3234287776531, -176.6150291621406, 12.507343278686905,
    -0.13857109526572012, 9.984369578019572e-6, 1.5056327351493116e-7,
  ];
  if (x < 0.5) return Math.log(Math.PI / Math.sin(Math.PI * x)) - logGamma(1 - x);
  const at = x - 1;
  const base = at + 7.5;
  const series = coefficients.reduce(
    (sum, coefficient, index) => sum + coefficient / (at + index + 1),
    0.9999999999998099,
  );
  return 0.5 * Math.log(2 * Math.PI) + (at + 0.5) * Math.log(base) - base + Math.log(series);
}

/** Upper tail of the chi-squared distribution: regularised incomplete gamma function, by series or continued fraction. */
export function chiSquaredUpperTail(value: number, degreesOfFreedom: number): number {
  const a = degreesOfFreedom / 2;
  const x = value / 2;
  if (x <= 0) return 1;
  const scale = Math.exp(-x + a * Math.log(x) - logGamma(a));
  if (x < a + 1) {
    let term = 1 / a;
    let sum = term;
    for (let n = 1; n < fractionTermsMax && term > sum * 1e-16; n += 1) {
      term *= x / (a + n);
      sum += term;
    }
    return 1 - sum * scale;
  }
  return scale * lentz((n) => (n === 0 ? [1, x + 1 - a] : [-n * (n - a), x + 2 * n + 1 - a]));
}

/** Two-sided p-value of a standard normal value. */
export function normalTwoSided(z: number): number {
  return chiSquaredUpperTail(z * z, 1);
}

/** Two-sided p-value of a value of Student's t distribution; degrees of freedom need not be whole. */
export function studentTwoSided(t: number, degreesOfFreedom: number): number {
  if (t === 0) return 1;
  const x = degreesOfFreedom / (degreesOfFreedom + t * t);
  return incompleteBeta(x, degreesOfFreedom / 2, 0.5);
}

/** The positive value beyond which, on both sides together, lies `alpha` of Student's t distribution. */
export function studentCritical(alpha: number, degreesOfFreedom: number): number {
  return invertDecreasing((t) => studentTwoSided(t, degreesOfFreedom), alpha);
}

/** The positive value beyond which, on both sides together, lies `alpha` of the standard normal distribution. */
export function normalCritical(alpha: number): number {
  return invertDecreasing(normalTwoSided, alpha);
}

/** Regularised incomplete beta function, by its continued fraction (Abramowitz and Stegun 26.5.8). */
function incompleteBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  if (x > (a + 1) / (a + b + 2)) return 1 - incompleteBeta(1 - x, b, a);
  const front = Math.exp(
    logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log1p(-x) - Math.log(a),
  );
  return (
    front *
    lentz((n) => {
      if (n === 0) return [1, 1];
      const m = Math.floor(n / 2);
      const numerator =
        n % 2 === 0
          ? (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m))
          : (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
      return [numerator, 1];
    })
  );
}

/** Value of a continued fraction whose n-th step has the numerator and denominator given (Lentz 1976). */
function lentz(step: (n: number) => readonly [numerator: number, denominator: number]): number {
  let value = tiny;
  let c = tiny;
  let d = 0;
  for (let n = 0; n < fractionTermsMax; n += 1) {
    const [numerator, denominator] = step(n);
    d = 1 / (denominator + numerator * d || tiny);
    c = denominator + numerator / c || tiny;
    value *= c * d;
    if (Math.abs(c * d - 1) < 1e-15) break;
  }
  return value;
}

function invertDecreasing(of: (value: number) => number, wanted: number): number {
  let low = 0;
  let high = 1;
  while (of(high) > wanted && high < 1e12) high *= 2;
  for (let round = 0; round < 200 && high - low > 1e-14 * high; round += 1) {
    const middle = (low + high) / 2;
    if (of(middle) > wanted) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
