/** Preloaded into a process that runs one scenario: damages the guard that KITH_GUARD names, as its file is loaded. */

import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { damaged, guards } from './guards.ts';
import { ROOT } from './planted-house.ts';

const guard = guards.find(({ name }) => name === process.env['KITH_GUARD']);

registerHooks({
  load: (url, context, nextLoad) => {
    const loaded = nextLoad(url, context);
    for (const edit of guard?.edits ?? []) {
      if (url !== pathToFileURL(`${ROOT}/${edit.file}`).href) continue;
      return { ...loaded, source: damaged(readFileSync(fileURLToPath(url), 'utf8'), edit) };
    }
    return loaded;
  },
});
