/** Preloaded into a process that runs one scenario: damages the guard that KITH_GUARD names, as its file is loaded. */

import { plant } from '../../lab/planted/edit.ts';
import { guards } from './guards.ts';

plant(guards.find(({ name }) => name === process.env['KITH_GUARD'])?.edits ?? []);
