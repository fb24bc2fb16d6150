/** A program that commits until it is killed: for each commit it says when it was called and when it had resolved. */

import fs from 'node:fs';
import { openNodeStore } from '../../src/host/node-store.ts';
import { fileAt, oursAt } from './folder-store-rows.ts';

const [file = ''] = process.argv.slice(2);
const store = await openNodeStore({
  file,
  onDamage: ({ reason }) => {
    throw new Error(reason);
  },
});
const folder = store.folder('f');
for (let next = folder.lastSequence() + 1; ; next += 2) {
  // Two rows each: never one without the other.
  await folder.commit({
    ours: [
      oursAt(next, fileAt(`a${next % 50}`, String(next))),
      oursAt(next + 1, fileAt(`b${next % 50}`, String(next))),
    ],
  });
  fs.writeSync(1, `${next + 1}\n`);
}
