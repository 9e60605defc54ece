// Compensated summation (Neumaier's variant of Kahan's).
//
// A running sum is two numbers: the sum and what rounding has lost of it. To keep callers free of
// allocation the compensation comes back through a variable of this module, to be read at once.

/** The new compensation after the last call of `kahanAdd`. */
export let kahanCompensation = 0;

/** The new sum after adding `increment`; its compensation is then in `kahanCompensation`. */
export function kahanAdd(increment: number, sum: number, compensation: number): number {
  const total = sum + increment;
  // An infinite sum has no meaningful compensation (it would be NaN).
  if (total === Number.POSITIVE_INFINITY || total === Number.NEGATIVE_INFINITY) kahanCompensation = 0;
  else if (Math.abs(sum) >= Math.abs(increment)) kahanCompensation = compensation + (sum - total + increment);
  else kahanCompensation = compensation + (increment - total + sum);
  return total;
}
