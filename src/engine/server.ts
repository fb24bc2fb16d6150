/** Gives blocks to other devices: several requests in one job, only of what our row says and the disk still holds. */

import { KithError } from '../base/error.ts';
import type { BlockRequest } from '../ports/exchange.ts';
import { Batcher } from './batcher.ts';
import type { FolderContext } from './context.ts';
import type { Served, ServeItem } from './programs/serve.ts';

const JOB_BYTES = 4 * 1024 * 1024;
const JOB_ITEMS = 256;

export class Server {
  readonly #context: FolderContext;
  readonly #doubt: (diskPath: string) => void;
  readonly #batcher: Batcher<ServeItem, Served>;

  constructor(context: FolderContext, doubt: (diskPath: string) => void) {
    this.#context = context;
    this.#doubt = doubt;
    this.#batcher = new Batcher({
      mostBytes: JOB_BYTES,
      mostItems: JOB_ITEMS,
      weigh: (item) => item.size,
      run: (items) =>
        context.ports.disk.run('serve', { root: context.root, items }, { urgency: 0 }),
    });
  }

  /** Exactly the wanted bytes, or REQUEST_REFUSED whatever the reason. Callers bound what waits here. */
  async serve(request: BlockRequest): Promise<Uint8Array> {
    const item = this.#itemOf(request);
    if (item === undefined) throw new KithError('REQUEST_REFUSED', {});
    const served = await this.#batcher.add(item).catch((error: unknown) => {
      throw new KithError('REQUEST_REFUSED', {}, error);
    });
    if (served.outcome === 'bytes') return served.bytes;
    this.#doubt(item.path);
    throw new KithError('REQUEST_REFUSED', {});
  }

  #itemOf(request: BlockRequest): ServeItem | undefined {
    const { path, offset, size } = request;
    if (this.#context.rules.isExcluded(path) || offset < 0 || size < 0) return undefined;
    const ours = this.#context.store.ours(path);
    if (ours?.seen === undefined || ours.deleted || ours.invalid) return undefined;
    if (ours.kind !== 'file' || offset + size > ours.size) return undefined;
    return { path: ours.diskPath ?? path, seen: ours.seen, offset, size };
  }
}
