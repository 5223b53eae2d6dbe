/** One measured number, for people and for programs. */
export type Figure = { readonly name: string; readonly value: number; readonly unit: string };

/** A promise about one figure, and whether it was kept. */
export type Target = {
  readonly name: string;
  readonly value: number;
  /** The bound with its sense, such as `>= 9`. */
  readonly target: string;
  readonly met: boolean;
};

/** How much was measured and on what; the ratios between parts do not depend on it. */
export type Scale = Readonly<Record<string, number | string | boolean>>;

export type Measured = {
  readonly scale: Scale;
  readonly figures: readonly Figure[];
  readonly targets: readonly Target[];
};

export type BenchOptions = {
  /** A smaller scale with the same ratios, under 50 s. */
  readonly quick: boolean;
  /** Tells a person what is going on; never part of the result. */
  readonly say: (line: string) => void;
};

/** One benchmark: measures, and judges itself against its targets. */
export type Benchmark = (options: BenchOptions) => Promise<Measured>;

/** An entry of the list; the module is loaded only when it is run. */
export type ListedBenchmark = {
  readonly name: string;
  readonly title: string;
  readonly load: () => Promise<Benchmark>;
};

/** Met when the value is no lower than the bound; a value that is not a number is never met. */
export function atLeast(name: string, value: number, bound: number): Target {
  return { name, value: rounded(value), target: `>= ${bound}`, met: value >= bound };
}

/** Met when the value is no higher than the bound; a value that is not a number is never met. */
export function atMost(name: string, value: number, bound: number): Target {
  return { name, value: rounded(value), target: `<= ${bound}`, met: value <= bound };
}

/** Met when the value lies below the bound; a value that is not a number is never met. */
export function below(name: string, value: number, bound: number): Target {
  return { name, value: rounded(value), target: `< ${bound}`, met: value < bound };
}

/** A figure rounded to what its size deserves. */
export function figure(name: string, value: number, unit: string): Figure {
  return { name, value: rounded(value), unit };
}

function rounded(value: number): number {
  if (!Number.isFinite(value)) return value;
  return Number(value.toPrecision(Math.abs(value) >= 1000 ? 6 : 4));
}
