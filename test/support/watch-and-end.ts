/** Watches a root, prints the time, and ends the process while the watcher's thread waits for news. */

import { NodeWatcher } from '../../src/host/node-watcher.ts';

const watch = new NodeWatcher().watch(process.argv[2] ?? '', new AbortController().signal);
await watch.ready;
process.stdout.write(`${Date.now()}`, () => process.exit(0));
