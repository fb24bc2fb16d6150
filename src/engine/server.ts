/** Gives blocks to other devices: several requests in one job, only of what our row says and the disk still holds. */

import { KithError } from '../base/error.ts';
import type { BlockRequest } from '../ports/exchange.ts';
import type { FolderContext } from './context.ts';
import type { ServeItem } from './programs/serve.ts';

interface Waiting {
  readonly item: ServeItem;
  readonly resolve: (bytes: Uint8Array) => void;
  readonly reject: (error: unknown) => void;
}

const JOBS = 2;
const JOB_BYTES = 4 * 1024 * 1024;
const JOB_ITEMS = 256;

export class Server {
  readonly #context: FolderContext;
  readonly #doubt: (diskPath: string) => void;
  readonly #waiting: Waiting[] = [];
  #running = 0;

  constructor(context: FolderContext, doubt: (diskPath: string) => void) {
    this.#context = context;
    this.#doubt = doubt;
  }

  /** Exactly the wanted bytes, or REQUEST_REFUSED whatever the reason. Callers bound what waits here. */
  serve(request: BlockRequest): Promise<Uint8Array> {
    const item = this.#itemOf(request);
    if (item === undefined) return Promise.reject(new KithError('REQUEST_REFUSED', {}));
    return new Promise((resolve, reject) => {
      this.#waiting.push({ item, resolve, reject });
      queueMicrotask(() => this.#start());
    });
  }

  #itemOf(request: BlockRequest): ServeItem | undefined {
    const { path, offset, size } = request;
    if (this.#context.rules.isExcluded(path) || offset < 0 || size < 0) return undefined;
    const ours = this.#context.store.ours(path);
    if (ours?.seen === undefined || ours.deleted || ours.invalid || ours.kind !== 'file') return undefined;
    if (offset + size > ours.size) return undefined;
    return { path: ours.diskPath ?? path, seen: ours.seen, offset, size };
  }

  #start(): void {
    while (this.#running < JOBS && this.#waiting.length > 0) {
      let bytes = 0;
      let count = 0;
      for (const { item } of this.#waiting) {
        bytes += item.size;
        if (count > 0 && (bytes > JOB_BYTES || count >= JOB_ITEMS)) break;
        count++;
      }
      const job = this.#waiting.splice(0, count);
      this.#running++;
      this.#run(job).finally(() => {
        this.#running--;
        this.#start();
      });
    }
  }

  async #run(job: readonly Waiting[]): Promise<void> {
    try {
      const items = job.map((each) => each.item);
      const args = { root: this.#context.root, items };
      const served = await this.#context.ports.disk.run('serve', args, { urgency: 0 });
      for (const [index, each] of job.entries()) {
        const found = served[index];
        if (found?.outcome === 'bytes') each.resolve(found.bytes);
        else {
          this.#doubt(each.item.path);
          each.reject(new KithError('REQUEST_REFUSED', {}));
        }
      }
    } catch (error) {
      for (const each of job) each.reject(new KithError('REQUEST_REFUSED', {}, error));
    }
  }
}
