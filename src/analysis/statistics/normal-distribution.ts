/**
 * Probability that a standard normal variable is at most `z`, to twelve digits: a series near the middle, a continued
 * fraction in the tails (Abramowitz and Stegun 1964, 26.2.11 and 26.2.14).
 */
export function normalCdf(z: number): number {
  return z < 0 ? upperTail(-z) : 1 - upperTail(z);
}

/** Probability beyond `z`, for a `z` of 0 or more. */
function upperTail(z: number): number {
  const density = Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);
  if (z >= 3) {
    let fraction = z;
    for (let index = 80; index >= 1; index--) fraction = z + index / fraction;
    return density / fraction;
  }
  let term = z;
  let sum = z;
  for (let index = 1; Math.abs(term) > 1e-17 * sum; index++) {
    term *= (z * z) / (2 * index + 1);
    sum += term;
  }
  return 0.5 - density * sum;
}

/**
 * The `z` below which a standard normal variable lies with a probability, to ten digits: Newton's method on the
 * distribution, from the rational approximation of Abramowitz and Stegun (1964, 26.2.23).
 *
 * @param probability between 0 and 1, both left out
 */
export function normalQuantile(probability: number): number {
  if (probability <= 0) return Number.NEGATIVE_INFINITY;
  if (probability >= 1) return Number.POSITIVE_INFINITY;
  if (probability > 0.5) return -normalQuantile(1 - probability);
  const t = Math.sqrt(-2 * Math.log(probability));
  let z = -(
    t -
    (2.515517 + t * (0.802853 + t * 0.010328)) / (1 + t * (1.432788 + t * (0.189269 + t * 0.001308)))
  );
  for (let step = 0; step < 8; step++) {
    const density = Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);
    if (density === 0) return z;
    const change = (normalCdf(z) - probability) / density;
    z -= change;
    if (Math.abs(change) < 1e-13) break;
  }
  return z;
}
