/** Five decimals, halves up, as decimal digits are written and not as binary fractions lie. */
export function roundTo5(value: number): number {
  const digits = String(value);
  // Exponents appear below 1e-6 only (scores and probabilities are at most 1), where five decimals show nothing.
  if (digits.includes('e')) return 0;
  return Number(`${Math.round(Number(`${digits}e5`))}e-5`);
}
