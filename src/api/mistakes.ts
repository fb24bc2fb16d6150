/** What a schema found wrong, one line for a person each. */

import type { z } from 'zod';

/** One mistake: where in the data, written `folders[0].kind` (empty for the whole), and what to do about it. */
export interface Mistake {
  readonly path: readonly (string | number)[];
  readonly where: string;
  readonly text: string;
}

/** Every mistake in the order in which the schema met them, at most `most`. An unknown key gets a mistake of its own. */
export function mistakesOf(error: z.ZodError, most = 20): readonly Mistake[] {
  const all = error.issues.flatMap((issue) => {
    const path = issue.path.map((part) => (typeof part === 'symbol' ? String(part) : part));
    if (issue.code !== 'unrecognized_keys') return [mistake(path, issue.message)];
    return issue.keys.map((key) => mistake([...path, key], issue.message));
  });
  return all.slice(0, most);
}

/** A mistake at `path`. */
export function mistake(path: readonly (string | number)[], text: string): Mistake {
  return { path, where: whereText(path), text };
}

/** `where: text`, or the text alone if it is about the whole. */
export function mistakeText({ where, text }: Mistake): string {
  return where === '' ? text : `${where}: ${text}`;
}

function whereText(path: readonly (string | number)[]): string {
  return path
    .map((part, at) => (typeof part === 'number' ? `[${part}]` : `${at === 0 ? '' : '.'}${part}`))
    .join('');
}
