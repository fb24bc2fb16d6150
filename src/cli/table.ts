/** Columns for people. */

/** One line a row; every column but the last is as wide as its widest cell, two spaces apart. */
export function tableLines(rows: readonly (readonly string[])[]): readonly string[] {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [at, cell] of row.entries())
      widths[at] = Math.max(widths[at] ?? 0, [...cell].length);
  }
  return rows.map((row) => {
    const cells = row.map((cell, at) => {
      const missing = (widths[at] ?? 0) - [...cell].length;
      return at === row.length - 1 ? cell : cell + ' '.repeat(missing);
    });
    return cells.join('  ').trimEnd();
  });
}
