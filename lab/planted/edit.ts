/** One change of a source file as data: planted bugs, guards that are taken away, damaged planners and decoders are made of them. */

import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** The root of the checkout. */
const ROOT = path.resolve(import.meta.dirname, '../..');

export interface Edit {
  /** From the project's root. */
  readonly file: string;
  /** Stands in the file exactly once. */
  readonly from: string;
  readonly to: string;
}

/** The text with the change; throws if it does not fit exactly once. */
export function damaged(source: string, { file, from, to }: Edit): string {
  const parts = source.split(from);
  if (parts.length !== 2) {
    throw new Error(`${file}: fits ${parts.length - 1} times, it must be once: ${from}`);
  }
  return parts.join(to);
}

/** Throws if one of the changes does not fit the file as it is now, or not after those before it. */
export function checkEdits(edits: readonly Edit[]): void {
  for (const [file, all] of Map.groupBy(edits, (edit) => edit.file)) {
    all.reduce(damaged, readFileSync(path.join(ROOT, file), 'utf8'));
  }
}

/**
 * From now on this process loads the files with these changes; nothing on the disk is touched. Throws, at the load, if a change
 * does not fit; at once, if a file is not there.
 */
export function plant(edits: readonly Edit[]): void {
  const byUrl = Map.groupBy(edits, ({ file }) => pathToFileURL(path.join(ROOT, file)).href);
  checkEdits(edits);
  registerHooks({
    load: (url, context, nextLoad) => {
      const loaded = nextLoad(url, context);
      const own = byUrl.get(url);
      if (own === undefined) return loaded;
      return { ...loaded, source: own.reduce(damaged, readFileSync(fileURLToPath(url), 'utf8')) };
    },
  });
}
