/** A program that opens a database, which migrates it, and dies or fails before the call on SQLite of a given number. */

import { DatabaseSync, StatementSync } from 'node:sqlite';
import { openStoreFile } from '../../src/host/store-file.ts';

const [file = '', last = ''] = process.argv.slice(2);
let calls = 0;

/** Counts each call of a method, and dies instead of making the one that was named. */
function count(prototype: object, method: string): void {
  const original: unknown = Reflect.get(prototype, method);
  if (typeof original !== 'function') throw new Error(`no ${method}`);
  Reflect.set(prototype, method, function (this: unknown, ...args: unknown[]): unknown {
    calls++;
    if (calls === Number(last)) process.kill(process.pid, 'SIGKILL');
    return Reflect.apply(original, this, args);
  });
}

count(DatabaseSync.prototype, 'exec');
for (const method of ['run', 'get', 'all']) count(StatementSync.prototype, method);

const { damage } = openStoreFile(file);
if (damage !== undefined) throw new Error(damage.reason);
// Without a close: what is in the log stays there.
process.kill(process.pid, 'SIGKILL');
