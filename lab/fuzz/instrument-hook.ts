/** Loads the files of a target with counters in them, and with planted faults if a test wants to see them found. */

import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { damaged, type Edit } from '../planted/edit.ts';
import { instrument } from './instrument.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');

/**
 * From now on modules whose path from the project's root begins with one of `places` are instrumented as they are loaded.
 * Returns the literals of all that were loaded, which grows. Throws, at the load, if a fault does not fit exactly once.
 */
export function instrumentFrom(
  places: readonly string[],
  faults: readonly Edit[],
): ReadonlySet<string | number> {
  const literals = new Set<string | number>();
  registerHooks({
    load: (url, context, next) => {
      const loaded = next(url, context);
      if (!url.startsWith('file:')) return loaded;
      const file = path.relative(ROOT, fileURLToPath(url));
      if (!places.some((place) => file.startsWith(place)) || !isModule(loaded.format))
        return loaded;
      let source = readFileSync(fileURLToPath(url), 'utf8');
      for (const fault of faults) if (fault.file === file) source = damaged(source, fault);
      const made = instrument(source, file);
      for (const literal of made.literals) literals.add(literal);
      return { ...loaded, source: made.text };
    },
  });
  return literals;
}

function isModule(format: string | null | undefined): boolean {
  return format === 'module' || format === 'module-typescript';
}
