/** One failure of the catalogue, and how the name of a test says that it shows it. */

export interface Scenario {
  /** Group and number; numbers have gaps, and are never given anew. */
  readonly id: string;
  /** What must be right. */
  readonly right: string;
  /** How the names of the tests begin that show it, by file; the names carry the id. */
  readonly tests: Readonly<Record<string, readonly string[]>>;
  /** The part that is not built yet without which it cannot be shown, or not wholly. */
  readonly notYet?: string;
}

/** The ids that a test's name carries: `DEL-04: …` before it, or `… (DEL-04, CRS-01)` behind it. */
export function idsIn(name: string): readonly string[] {
  const [, before] = /^([A-Z]{3}-\d\d): /.exec(name) ?? [];
  const [, behind = ''] = / \(([A-Z]+-?\d+(?:, [A-Z]+-?\d+)*)\)$/.exec(name) ?? [];
  const ids = [...(before === undefined ? [] : [before]), ...behind.split(', ')];
  return [...new Set(ids.filter((id) => /^[A-Z]{3}-\d\d$/.test(id)))];
}

/** Names of tests as they stand in a source file, with … for what is filled in when they run. */
export function testNamesIn(source: string): readonly string[] {
  const calls =
    /\b(?:test|it)\(\s*(?:'((?:\\.|[^'\\])*)'|"((?:\\.|[^"\\])*)"|`((?:\\.|[^`\\])*)`)/g;
  return [...source.matchAll(calls)].map(([, a, b, c]) => plain(a ?? b ?? c ?? ''));
}

function plain(name: string): string {
  return name.replace(/\$\{[^}]*\}/g, '…').replace(/\\(.)/g, '$1');
}
