/** Loads the files of a target with counters in them, and with planted faults if a test wants to see them found. */

import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { instrument } from './instrument.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');

/** One change of a source file; the same shape as the guards of the scenarios. */
export interface Fault {
  /** From the project's root. */
  readonly file: string;
  /** Stands in the file exactly once. */
  readonly from: string;
  readonly to: string;
}

/**
 * From now on modules whose path from the project's root begins with one of `places` are instrumented as they are loaded.
 * Returns the literals of all that were loaded, which grows. Throws, at the load, if a fault does not fit exactly once.
 */
export function instrumentFrom(
  places: readonly string[],
  faults: readonly Fault[],
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
      for (const fault of faults) if (fault.file === file) source = planted(source, fault);
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

function planted(source: string, { file, from, to }: Fault): string {
  const parts = source.split(from);
  if (parts.length !== 2) {
    throw new Error(`${file}: fits ${parts.length - 1} times, it must be once: ${from}`);
  }
  return parts.join(to);
}
