/** An error as lines for a person: what is wrong, where, and what to do. */

import { asKithError, type KithError } from '../base/error.ts';
import { plainText } from './format.ts';

/** At least one line, each without control characters. Something that is no known error comes with its stack: it is a bug. */
export function errorLines(error: unknown): readonly string[] {
  return linesOf(error).map((line) => plainText(line));
}

function linesOf(error: unknown): readonly string[] {
  const known = asKithError(error);
  if (known !== undefined) return knownLines(known);
  if (!(error instanceof Error)) return [`kith: ${String(error)}`];
  // Errors of the system name the call and the path, and that is what helps.
  if ('syscall' in error) return [`kith: ${error.message}`];
  return [`kith: ${error.message}`, ...(error.stack?.split('\n').slice(1) ?? [])];
}

function knownLines(error: KithError): readonly string[] {
  const { mistakes, reasons, file, ...facts } = error.data;
  const title = `kith: ${error.message}${factsText(facts)}`;
  if (Array.isArray(mistakes))
    return [title, ...mistakes.map((found) => mistakeLine(factText(file), found))];
  if (Array.isArray(reasons)) return [title, ...reasons.map((reason) => `  ${factText(reason)}`)];
  const withFile = file === undefined ? facts : { file, ...facts };
  return [`kith: ${error.message}${factsText(withFile)}`, ...causeLines(error)];
}

function factsText(facts: Readonly<Record<string, unknown>>): string {
  const shown = Object.entries(facts).map(([name, value]) => {
    return `${name}: ${factText(value)}`;
  });
  return shown.length === 0 ? '' : ` (${shown.join(', ')})`;
}

/** Facts may come from elsewhere: not all of them can be made a string by `String`. */
function factText(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
}

function causeLines({ cause }: KithError): readonly string[] {
  return cause instanceof Error ? [`  ${cause.message}`] : [];
}

/** `FILE:LINE:COLUMN:`, which editors and terminals make a link of. */
function mistakeLine(file: string, found: unknown): string {
  const at = (name: string): string => factText(Reflect.get(Object(found), name));
  const where = at('where') === '' ? '' : `${at('where')}: `;
  return `  ${file}:${at('line')}:${at('column')}: ${where}${at('text')}`;
}
