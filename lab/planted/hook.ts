/** Preloaded into a process: plants the bug that KITH_PLANT names as its files are loaded; without the variable it does nothing. */

import { bugNamed, VARIABLE } from './bugs.ts';
import { plant } from './edit.ts';

const name = process.env[VARIABLE];
if (name !== undefined && name !== '') plant(bugNamed(name).edits);
