// Prints the budgets of the house and what it really measures; fails where a limit is broken.
// Aims are printed only. Import cycles are dependency-cruiser's, which the check runs before.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { type FileFigures, type Finding, listSources, measureFile } from './house-figures.ts';
import { PACKAGE_ADAPTERS, PURE_FOLDERS } from './layers.ts';

const FILE_LINES = 300;
const TEST_FILE_LINES = 500;
const FUNCTION_LINES = 60;
const EXPORTS = 8;

/** Files whose length is that of a table or of machine output, each with its reason. */
const EXEMPT_FROM_LENGTH: Readonly<Record<string, string>> = {};

/** Files whose exports are one vocabulary that would lose by being cut up, each with its reason. */
const EXEMPT_FROM_EXPORTS: Readonly<Record<string, string>> = {
  'src/engine/file-calls.ts': 'one function for each call of the port',
  'src/model/path.ts': 'the vocabulary of paths',
  'src/model/version.ts': 'the algebra of version vectors',
  'src/engine/programs/stage.ts': 'the staging area: its pieces and what is done with them',
  'src/ports/file-system.ts': 'one contract: the calls, their arguments and results',
  'src/ports/folder-store.ts': 'one contract: the rows and the changes of them',
};

/** One row of the table: what is measured, what it is, what is aimed at, what breaks the limit. */
export type Budget = {
  readonly measure: string;
  readonly value: string;
  readonly aim: string;
  readonly limit: string;
  readonly breaches: readonly string[];
};

/** Measures the checkout at `root`. Reads every source file once: about a second for 60,000 lines. */
export function measureHouse(root: string): readonly Budget[] {
  const all = listSources(root, ['src', 'test', 'lab', 'tools', 'bench']).map((file) =>
    measureFile(root, file),
  );
  const source = all.filter(({ file }) => file.startsWith('src/') && !isTest(file));
  const tests = all.filter(({ file }) => isTest(file));
  return [
    fileLines(all, source),
    functionLines(source),
    exportsPerFile(source),
    testShare({ title: 'test lines per source line', source, tests, aim: '≥ 0.8' }),
    ambientCalls(source),
    untyped(all),
    runtimeDependencies(root),
  ];
}

function isTest(file: string): boolean {
  return file.endsWith('.test.ts') || file.startsWith('test/') || file.startsWith('lab/');
}

function fileLines(all: readonly FileFigures[], source: readonly FileFigures[]): Budget {
  const breaches = all.flatMap(({ file, lines }) => {
    const limit = isTest(file) ? TEST_FILE_LINES : FILE_LINES;
    if (lines <= limit || EXEMPT_FROM_LENGTH[file] !== undefined) return [];
    return [`${file} has ${lines} lines, ${limit} are allowed`];
  });
  const lines = source.map((figures) => figures.lines);
  return {
    measure: 'file lines, median / max',
    value: `${quantile(lines, 0.5)} / ${quantile(lines, 1)}`,
    aim: '≤ 120 / ≤ 300',
    limit: `${FILE_LINES} (tests ${TEST_FILE_LINES})`,
    breaches,
  };
}

function functionLines(source: readonly FileFigures[]): Budget {
  const all = source.flatMap(({ file, functions }) => functions.map((one) => ({ file, ...one })));
  const lines = all.map((one) => one.lines);
  return {
    measure: 'function lines, median / p90 / max',
    value: `${quantile(lines, 0.5)} / ${quantile(lines, 0.9)} / ${quantile(lines, 1)}`,
    aim: '≤ 12 / ≤ 35 / ≤ 60',
    limit: `${FUNCTION_LINES}`,
    breaches: all
      .filter((one) => one.lines > FUNCTION_LINES)
      .map((one) => `${one.file} ${one.name} has ${one.lines} lines`),
  };
}

function exportsPerFile(source: readonly FileFigures[]): Budget {
  const counts = source.map((figures) => figures.exports.length);
  return {
    measure: 'exports per file, median / max',
    value: `${quantile(counts, 0.5)} / ${quantile(counts, 1)}`,
    aim: '2',
    limit: `${EXPORTS}`,
    breaches: source
      .filter(({ file, exports }) => exports.length > EXPORTS && !EXEMPT_FROM_EXPORTS[file])
      .map(({ file, exports }) => `${file} exports ${exports.length} names`),
  };
}

function testShare(options: {
  readonly title: string;
  readonly source: readonly FileFigures[];
  readonly tests: readonly FileFigures[];
  readonly aim: string;
}): Budget {
  const { title, source, tests, aim } = options;
  const count = (files: readonly FileFigures[]): number =>
    files.reduce((sum, { codeLines }) => sum + codeLines, 0);
  const share = count(source) === 0 ? 0 : count(tests) / count(source);
  return {
    measure: title,
    value: `${share.toFixed(2)} (${count(tests)} / ${count(source)})`,
    aim,
    limit: '–',
    breaches: [],
  };
}

function ambientCalls(source: readonly FileFigures[]): Budget {
  const pure = source.filter(({ file }) =>
    PURE_FOLDERS.some((folder) => file.startsWith(`src/${folder}/`)),
  );
  const found = pure.flatMap(({ ambient }) => ambient);
  return {
    measure: 'clock, timer, random, process below host',
    value: `${found.length}`,
    aim: '0',
    limit: '1',
    breaches: found.map(say),
  };
}

function untyped(all: readonly FileFigures[]): Budget {
  const found = all.flatMap((figures) => figures.untyped);
  return {
    measure: 'any, silenced compiler errors',
    value: `${found.length}`,
    aim: '0',
    limit: '1 without a reason',
    breaches: found.map(say),
  };
}

function runtimeDependencies(root: string): Budget {
  const manifest = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
  const isOurNode = (name: string): boolean => name.startsWith('node-linux-');
  const required = Object.keys(manifest.dependencies ?? {});
  const optional = Object.keys(manifest.optionalDependencies ?? {}).filter((n) => !isOurNode(n));
  const placed = new Set(PACKAGE_ADAPTERS.map((adapter) => adapter.package));
  return {
    measure: 'runtime dependencies, required + optional',
    value: `${required.length} + ${optional.length}`,
    aim: 'each with a place',
    limit: 'one without',
    breaches: [...required, ...optional]
      .filter((name) => !placed.has(name))
      .map((name) => `${name} has no place in tools/layers.ts`),
  };
}

function say({ file, line, what }: Finding): string {
  return `${file}:${line} ${what}`;
}

function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

function render(budgets: readonly Budget[]): string {
  const rows = [
    ['measure', 'Kith', 'aim', 'fails at'],
    ...budgets.map(({ measure, value, aim, limit }) => [measure, value, aim, limit]),
  ];
  const widths = [0, 1, 2, 3].map((at) => Math.max(...rows.map((row) => row[at]?.length ?? 0)));
  const table = rows.map((row) => row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join('  '));
  const breaches = budgets.flatMap((budget) => budget.breaches.map((text) => `BREACH ${text}`));
  return [...table.map((line) => line.trimEnd()), ...breaches].join('\n');
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const budgets = measureHouse(path.dirname(import.meta.dirname));
  console.log(render(budgets));
  process.exitCode = budgets.some(({ breaches }) => breaches.length > 0) ? 1 : 0;
}
