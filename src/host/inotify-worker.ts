/** The thread that waits for the kernel's news of one root, so that nothing is lost while the main thread is busy. */

import { parentPort, workerData } from 'node:worker_threads';
import { assert } from '../base/assert.ts';
import { type SystemCalls, systemCalls } from './ffi.ts';
import { type InotifyMessage, type InotifyWorkerData, STOP, TAKEN } from './inotify-message.ts';
import { InotifyNews } from './inotify-news.ts';
import { InotifyWatch } from './inotify-watch.ts';
import { whyUntold } from './shared-mounts.ts';

/** Longest wait in a system call: a thread that stands in one keeps the process from ending. */
const WAIT_MS = 500;
/** How soon news that the reader had no room for are offered again. */
const HELD_BACK_MS = 5;
const MAX_BATCH = 4096;
/** Events on the way to the reader: what comes beyond waits here, where it is merged. */
const MAX_OUTSTANDING = 16_384;

function serve({ root, shared }: InotifyWorkerData): void {
  const port = parentPort;
  assert(port !== null, 'runs as a worker');
  const say = (message: InotifyMessage) => port.postMessage(message);
  const found = systemCalls();
  if (found.kind === 'found') {
    watch({ calls: found.calls, root, numbers: new Int32Array(shared), say });
  } else {
    const blind = `changes are not noticed at once: ${found.why}`;
    say({ kind: 'batch', batch: { events: [], overflow: false, blind } });
    say({ kind: 'ready' });
  }
}

interface WatchParts {
  readonly calls: SystemCalls;
  readonly root: string;
  readonly numbers: Int32Array;
  readonly say: (message: InotifyMessage) => void;
}

function watch({ calls, root, numbers, say }: WatchParts): void {
  const news = new InotifyNews();
  let given = 0;
  const tell = (watching: InotifyWatch) => {
    while (news.isUrgent || news.size > 0) {
      const room = MAX_OUTSTANDING - ((given - Atomics.load(numbers, TAKEN)) | 0);
      if (room <= 0 && !news.isUrgent) return;
      const batch = watching.take(Math.max(0, Math.min(MAX_BATCH, room)));
      given = (given + batch.events.length) | 0;
      say({ kind: 'batch', batch });
    }
  };
  let isReady = false;
  const onReady = () => {
    isReady = true;
  };
  const watching = new InotifyWatch({ calls, root, news, onReady, whyUntold });
  let isTold = false;
  while (Atomics.load(numbers, STOP) === 0) {
    const waitMs = news.size > 0 ? HELD_BACK_MS : isTold ? WAIT_MS : 0;
    const isWatching = watching.turn(waitMs, performance.now());
    tell(watching);
    if (isReady && !isTold) {
      say({ kind: 'ready' });
      isTold = true;
    }
    if (!isWatching) Atomics.wait(numbers, STOP, 0, WAIT_MS);
  }
  watching.close();
}

serve(workerData as InotifyWorkerData);
