// Reads the source as syntax trees and gives the figures that the house rules speak of.
// Measures only; tools/measure-house.ts holds the limits. Works on any folder, so that tests can
// plant breaches in one of their own.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';

/** A place in a file and what stands there, such as `src/base/a.ts:12 Date`. */
export type Finding = { readonly file: string; readonly line: number; readonly what: string };

/** The figures of one file. `functions` gives body lines, blank ones not counted. */
export type FileFigures = {
  readonly file: string;
  readonly lines: number;
  readonly codeLines: number;
  readonly functions: readonly { readonly name: string; readonly lines: number }[];
  readonly exports: readonly string[];
  readonly ambient: readonly Finding[];
  readonly untyped: readonly Finding[];
};

/** What layers below host may not name, as a value or as a type. */
const AMBIENT_GLOBALS = new Set([
  'Buffer',
  'Date',
  'clearImmediate',
  'clearInterval',
  'clearTimeout',
  'crypto',
  'fetch',
  'globalThis',
  'performance',
  'process',
  'queueMicrotask',
  'setImmediate',
  'setInterval',
  'setTimeout',
]);
const AMBIENT_MEMBERS = new Set(['Math.random', 'AbortSignal.timeout']);
const DIRECTIVE = /@ts-(ignore|nocheck|expect-error)\b(.*)/;

/** Every TypeScript file below `folders` of `root`, as sorted relative paths; absent folders give none. */
export function listSources(root: string, folders: readonly string[]): readonly string[] {
  const found: string[] = [];
  const present = new Set(readdirSync(root));
  for (const folder of folders) {
    if (!present.has(folder)) continue;
    for (const entry of readdirSync(path.join(root, folder), {
      recursive: true,
      withFileTypes: true,
    })) {
      if (!entry.isFile() || !/\.tsx?$/.test(entry.name)) continue;
      found.push(path.relative(root, path.join(entry.parentPath, entry.name)));
    }
  }
  return found.sort();
}

/** The figures of one file, read from `root`. Costs a parse, about a millisecond per 100 lines. */
export function measureFile(root: string, file: string): FileFigures {
  const text = readFileSync(path.join(root, file), 'utf8');
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const lines = text.replace(/\n$/, '').split('\n');
  const functions: { name: string; lines: number }[] = [];
  const ambient: Finding[] = [];
  const untyped: Finding[] = directives(file, lines);
  const visit = (node: ts.Node): void => {
    const line = source.getLineAndCharacterOfPosition(node.getStart()).line + 1;
    const body = bodyOf(node);
    if (body !== undefined) functions.push({ name: nameOf(node, line), lines: bodyLines(body) });
    if (node.kind === ts.SyntaxKind.AnyKeyword) untyped.push({ file, line, what: 'any' });
    const what = ambientName(node);
    if (what !== undefined) ambient.push({ file, line, what });
    ts.forEachChild(node, visit);
  };
  visit(source);
  const codeLines = lines.filter((line) => line.trim() !== '').length;
  const exports = exportedNames(source);
  return { file, lines: lines.length, codeLines, functions, exports, ambient, untyped };
}

/** Comments that silence the compiler. `@ts-expect-error` with a reason behind it is allowed. */
function directives(file: string, lines: readonly string[]): Finding[] {
  return lines.flatMap((text, at) => {
    const found = /^\s*(?:\/\/|\/?\*)/.test(text) ? DIRECTIVE.exec(text) : null;
    if (found === null) return [];
    const isReasoned = found[1] === 'expect-error' && /\w{3}/.test(found[2] ?? '');
    return isReasoned ? [] : [{ file, line: at + 1, what: `@ts-${found[1]}` }];
  });
}

function bodyOf(node: ts.Node): ts.Node | undefined {
  return ts.isFunctionLike(node) && 'body' in node ? (node.body as ts.Node | undefined) : undefined;
}

function nameOf(node: ts.Node, line: number): string {
  const own = ts.getNameOfDeclaration(node as ts.Declaration)?.getText();
  return own ?? `the function at line ${line}`;
}

/** Lines between the braces that are not blank; 1 for an expression. */
function bodyLines(body: ts.Node): number {
  const lines = body.getText().split('\n');
  if (lines.length < 3) return 1;
  return lines.slice(1, -1).filter((line) => line.trim() !== '').length;
}

function ambientName(node: ts.Node): string | undefined {
  if (ts.isPropertyAccessExpression(node)) {
    const member = node.getText().replace(/\s/g, '');
    return AMBIENT_MEMBERS.has(member) ? member : undefined;
  }
  if (!ts.isIdentifier(node) || !AMBIENT_GLOBALS.has(node.text)) return undefined;
  const { parent } = node;
  const isMember =
    (ts.isPropertyAccessExpression(parent) && parent.name === node) ||
    (ts.isQualifiedName(parent) && parent.right === node) ||
    ((ts.isPropertyAssignment(parent) || ts.isBindingElement(parent)) &&
      parent.initializer !== node) ||
    ts.isPropertySignature(parent) ||
    ts.isPropertyDeclaration(parent) ||
    ts.isMethodSignature(parent) ||
    ts.isMethodDeclaration(parent);
  return isMember ? undefined : node.text;
}

/** The names a file exports, types included; `export *` counts as one name. */
function exportedNames(source: ts.SourceFile): readonly string[] {
  return source.statements.flatMap((statement) => {
    if (ts.isExportDeclaration(statement)) return namesOfExport(statement);
    if (ts.isExportAssignment(statement)) return ['default'];
    const modifiers = ts.canHaveModifiers(statement) ? ts.getModifiers(statement) : undefined;
    if (!modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword)) return [];
    if (ts.isVariableStatement(statement)) {
      return statement.declarationList.declarations.map(({ name }) => name.getText());
    }
    const name = ts.getNameOfDeclaration(statement as unknown as ts.Declaration)?.getText();
    return [name ?? 'default'];
  });
}

function namesOfExport(statement: ts.ExportDeclaration): readonly string[] {
  const clause = statement.exportClause;
  if (clause === undefined) return ['*'];
  return ts.isNamedExports(clause)
    ? clause.elements.map(({ name }) => name.text)
    : [clause.name.getText()];
}
