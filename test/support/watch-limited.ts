/** Prints why some directories of a root are not watched. */

import { NodeWatcher } from '../../src/host/node-watcher.ts';

const stop = new AbortController();
const watch = new NodeWatcher().watch(process.argv[2] ?? '', stop.signal);
for await (const batch of watch.batches) {
  if (batch.blind === undefined) continue;
  console.log(batch.blind);
  break;
}
