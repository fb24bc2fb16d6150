/** Preloaded into a process that runs one scenario: damages the guard that KITH_GUARD names, as its file is loaded. */

import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { damaged } from './guard.ts';
import { guards } from './guards.ts';
import { ROOT } from './planted-house.ts';

const guard = guards.find(({ name }) => name === process.env['KITH_GUARD']);

registerHooks({
  load: (url, context, nextLoad) => {
    const loaded = nextLoad(url, context);
    const edits = (guard?.edits ?? []).filter(({ file }) => url === urlOf(file));
    if (edits.length === 0) return loaded;
    return { ...loaded, source: edits.reduce(damaged, readFileSync(fileURLToPath(url), 'utf8')) };
  },
});

function urlOf(file: string): string {
  return pathToFileURL(`${ROOT}/${file}`).href;
}
