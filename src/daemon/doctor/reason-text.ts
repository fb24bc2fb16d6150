/** An error in one line, with the facts that name the place. */

import { asKithError } from '../../base/error.ts';

/** What is wrong, and where; of several mistakes the first. */
export function reasonText(error: unknown): string {
  const known = asKithError(error);
  if (known === undefined) return error instanceof Error ? error.message : String(error);
  const { mistakes, ...facts } = known.data;
  if (Array.isArray(mistakes)) return `${known.message}: ${mistakeText(mistakes)}`;
  const shown = Object.entries(facts).map(([name, value]) => {
    return `${name}: ${typeof value === 'string' ? value : JSON.stringify(value)}`;
  });
  const cause = known.cause instanceof Error ? `; ${known.cause.message}` : '';
  return `${known.message}${shown.length > 0 ? ` (${shown.join(', ')})` : ''}${cause}`;
}

function mistakeText(mistakes: readonly unknown[]): string {
  const at = (name: string): string => String(Reflect.get(Object(mistakes[0]), name));
  const where = at('where') === '' ? '' : `${at('where')} `;
  const more = mistakes.length > 1 ? ` (and ${mistakes.length - 1} more)` : '';
  return `line ${at('line')}, ${where}${at('text')}${more}`;
}
