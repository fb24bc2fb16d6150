/** One search in a thread of its own: what it is told, what it tells, and how it is watched from outside. */

import { Worker } from 'node:worker_threads';
import type { Edit } from '../planted/edit.ts';
import type { Found, Progress } from './fuzzer.ts';

/** What a thread is told. */
export interface SearchWish {
  readonly target: string;
  readonly seed: number;
  /** It ends after so many inputs, or when it is told to. */
  readonly executions: number;
  /** Different failures after which it ends: the rest would be much the same. */
  readonly most: number;
  readonly corpus: readonly Uint8Array[];
  /** Planted in the program, to see that they are found. */
  readonly faults: readonly Edit[];
  /** What it ends with is to be kept in the repository. */
  readonly isTrimmed?: boolean;
  /** An input that takes longer than this never ends. 30 s, for a machine may have much to do. */
  readonly hangMs?: number;
}

/** What a thread begins with. */
export interface SearchStart extends SearchWish {
  /** See SHARED. */
  readonly shared: SharedArrayBuffer;
}

/** What a thread tells. */
export type SearchNews =
  | { readonly kind: 'progress'; readonly progress: Progress }
  | { readonly kind: 'failure'; readonly found: Found }
  | { readonly kind: 'end'; readonly progress: Progress; readonly corpus: readonly Uint8Array[] };

/** How a search ended. */
export interface SearchEnd {
  readonly progress: Progress;
  /** The fewest inputs that take all ways, trimmed if that was wished; those it began with if the thread broke. */
  readonly corpus: readonly Uint8Array[];
  readonly found: readonly Found[];
}

/** Four numbers, then the input that runs: whether to stop, how many inputs were begun, how long the last one is. */
export const SHARED = { stop: 0, begun: 1, length: 2, input: 16, most: 0x20000 } as const;

const HANG_MS = 30_000;
const LOOK_MS = 500;
/** Of the heap; buffers are counted by Executor. */
const HEAP_MB = 512;
const NOTHING: Progress = { executions: 0, features: 0, corpus: 0 };

/** Searches until it is done or the signal aborts. A thread that hangs or runs out of memory has found something too. */
export function search(
  wish: SearchWish,
  {
    signal,
    onProgress,
  }: { readonly signal: AbortSignal; readonly onProgress?: (now: Progress) => void },
): Promise<SearchEnd> {
  const shared = new SharedArrayBuffer(SHARED.input + SHARED.most);
  const numbers = new Int32Array(shared, 0, 4);
  const workerData: SearchStart = { ...wish, shared };
  const found: Found[] = [];
  let progress = NOTHING;
  const { promise, resolve, reject } = Promise.withResolvers<SearchEnd>();
  const worker = new Worker(new URL('./search-worker.ts', import.meta.url), {
    workerData,
    resourceLimits: { maxOldGenerationSizeMb: HEAP_MB },
  });
  const stop = (): void => void Atomics.store(numbers, SHARED.stop, 1);
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  const broke = (signature: string): void => {
    const input = new Uint8Array(shared, SHARED.input, numbers[SHARED.length]).slice();
    found.push({ signature, text: signature, input });
    resolve({ progress, corpus: wish.corpus, found });
  };
  let before = { begun: -1, ms: 0 };
  const watch = setInterval(() => {
    const begun = Atomics.load(numbers, SHARED.begun);
    if (begun !== before.begun) before = { begun, ms: performance.now() };
    else if (begun > 0 && performance.now() - before.ms > (wish.hangMs ?? HANG_MS))
      broke('it does not end');
  }, LOOK_MS);
  worker.on('message', (news: SearchNews) => {
    if (news.kind === 'failure') found.push(news.found);
    else progress = news.progress;
    if (news.kind === 'progress') onProgress?.(progress);
    if (news.kind === 'end') resolve({ progress, corpus: news.corpus, found });
  });
  worker.on('error', (error: Error & { code?: string }) => {
    if (error.code === 'ERR_WORKER_OUT_OF_MEMORY') broke('it fills the memory');
    else reject(error);
  });
  worker.on('exit', (code) =>
    reject(new Error(`the search for ${wish.target} ended with ${code}`)),
  );
  return promise.finally(async () => {
    clearInterval(watch);
    signal.removeEventListener('abort', stop);
    await worker.terminate();
  });
}
