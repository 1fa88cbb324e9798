import { median } from './median.js';

/** Above it a value is an outlier (Iglewicz and Hoaglin 1993). */
export const outlierScore = 3.5;
const normalQuartile = 0.674_489_750_196_081_7;
/** Of the mean absolute deviation of a normal distribution, to its standard deviation. */
const meanDeviationFactor = 1.253_314_137_315_500_3;

/**
 * How far each value is from the median, in robust standard deviations (Iglewicz and Hoaglin 1993). Where more than half of the
 * values are equal, the mean absolute deviation takes the place of the median one, as they advise; where all are, every score is 0.
 */
export function modifiedZScores(values: readonly number[]): readonly number[] {
  const center = median(values);
  const deviations = values.map((value) => Math.abs(value - center));
  const medianDeviation = median(deviations);
  if (medianDeviation > 0) {
    return values.map((value) => (normalQuartile * (value - center)) / medianDeviation);
  }
  const meanDeviation = deviations.reduce((sum, deviation) => sum + deviation, 0) / values.length;
  if (!(meanDeviation > 0)) return values.map(() => 0);
  return values.map((value) => (value - center) / (meanDeviationFactor * meanDeviation));
}
