/** Where a command writes: results for the caller, notes and progress for whoever watches. */
export type Output = {
  /** The one result: text for people, or the value as JSON for programs. */
  result(value: unknown, text: string): void;
  /** A line beside the result, never on standard output. */
  note(line: string): void;
  /** A line that replaces the one before it; shown in a terminal only. */
  progress(line: string): void;
};

export type Streams = {
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: NodeJS.WritableStream;
  readonly stderr: NodeJS.WritableStream & { readonly isTTY?: boolean };
};

const eraseLine = '\r\u001b[K';

/** With `json` standard output holds nothing but one JSON value. */
export function openOutput({ stdout, stderr }: Omit<Streams, 'stdin'>, json: boolean): Output {
  let showsProgress = false;
  const clear = () => {
    if (showsProgress) stderr.write(eraseLine);
    showsProgress = false;
  };
  return {
    result(value, text) {
      clear();
      stdout.write(`${json ? JSON.stringify(value) : text}\n`);
    },
    note(line) {
      clear();
      stderr.write(`${line}\n`);
    },
    progress(line) {
      if (stderr.isTTY !== true) return;
      stderr.write(`${eraseLine}${line}`);
      showsProgress = true;
    },
  };
}

/** Rows in columns, the first row being the headings. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** `█████░░░░░ 5/10`. */
export function progressBar(done: number, total: number): string {
  const width = 30;
  const filled = total === 0 ? width : Math.round((done / total) * width);
  return `${'█'.repeat(filled)}${'░'.repeat(width - filled)} ${done}/${total}`;
}
