/** How many zeros stand before and after the values on one axis. */
export type Padding = { readonly before: number; readonly after: number };

export const noPadding: Padding = { before: 0, after: 0 };

/** TensorFlow's SAME: the output has ceil(size / stride) places, and an odd zero goes behind. */
export function samePadding(size: number, kernel: number, stride: number): Padding {
  const outputs = Math.ceil(size / stride);
  const total = Math.max(0, (outputs - 1) * stride + kernel - size);
  const before = Math.floor(total / 2);
  return { before, after: total - before };
}

/** Length of an axis after a window of `kernel` places has moved over it. */
export function windowOutputs(
  size: number,
  padding: Padding,
  window: { kernel: number; stride: number },
): number {
  return Math.floor((size + padding.before + padding.after - window.kernel) / window.stride) + 1;
}
