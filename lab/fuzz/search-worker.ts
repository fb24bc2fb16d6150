/** The thread of one search: instruments, loads the target, searches, tells. */

import { parentPort, workerData } from 'node:worker_threads';
import { EdgeMap } from './edge-map.ts';
import { Fuzzer } from './fuzzer.ts';
import { instrumentFrom } from './instrument-hook.ts';
import { type SearchNews, type SearchStart, SHARED } from './search.ts';
import { targetNamed } from './targets.ts';

const PROGRESS_MS = 1000;

const {
  target: name,
  seed,
  executions,
  most,
  corpus,
  faults,
  isTrimmed,
  shared,
} = workerData as SearchStart;
const numbers = new Int32Array(shared, 0, 4);
const running = new Uint8Array(shared, SHARED.input, SHARED.most);

const { files, load } = targetNamed(name);
const map = new EdgeMap();
map.install();
// Before the target is loaded, so that what it loads is instrumented.
const literals = instrumentFrom(files, faults);
const fuzzer = new Fuzzer({
  target: await load(),
  map,
  seed,
  corpus,
  literals,
  onInput: (input) => {
    running.set(input.subarray(0, SHARED.most));
    Atomics.store(numbers, SHARED.length, Math.min(input.length, SHARED.most));
    Atomics.add(numbers, SHARED.begun, 1);
  },
  onFailure: (found) => tell({ kind: 'failure', found }),
});
await fuzzer.begin();
let toldMs = performance.now();
while (!isOver()) {
  await fuzzer.step();
  if (performance.now() - toldMs < PROGRESS_MS) continue;
  toldMs = performance.now();
  tell({ kind: 'progress', progress: fuzzer.progress });
}
const { progress } = fuzzer;
tell({
  kind: 'end',
  progress,
  corpus: isTrimmed ? await fuzzer.trimmedCorpus() : fuzzer.corpus(),
});

function isOver(): boolean {
  if (fuzzer.progress.executions >= executions || fuzzer.failures >= most) return true;
  return Atomics.load(numbers, SHARED.stop) !== 0;
}

function tell(news: SearchNews): void {
  parentPort?.postMessage(news);
}
