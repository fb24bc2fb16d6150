/** Gives blocks to other devices: several requests in one job, only of what our row says and the disk still holds. */

import { equalBytes } from '../base/bytes.ts';
import { itemTrouble, KithError } from '../base/error.ts';
import { blockAt, blockCount } from '../model/block.ts';
import type { DeviceId } from '../model/device-id.ts';
import { isKept } from '../planner/kept.ts';
import type { BlockRequest } from '../ports/exchange.ts';
import type { OurEntry } from '../ports/folder-store.ts';
import { Batcher } from './batcher.ts';
import { Complaints } from './complaints.ts';
import type { FolderContext } from './context.ts';
import type { Served, ServeItem } from './programs/serve.ts';

const JOB_BYTES = 4 * 1024 * 1024;
const JOB_ITEMS = 256;

export class Server {
  readonly #context: FolderContext;
  readonly #doubt: (diskPath: string) => void;
  readonly #batcher: Batcher<ServeItem, Served>;
  readonly #complaints: Complaints;

  constructor(context: FolderContext, doubt: (diskPath: string) => void) {
    this.#context = context;
    this.#doubt = doubt;
    const { id: folder, ports } = context;
    this.#complaints = new Complaints({
      log: ports.log,
      event: 'serving-failed',
      facts: { folder },
    });
    this.#batcher = new Batcher({
      mostBytes: JOB_BYTES,
      mostItems: JOB_ITEMS,
      weigh: (item) => item.size,
      run: (items) =>
        context.ports.disk.run('serve', { root: context.root, items }, { urgency: 0 }),
    });
  }

  /** Exactly the wanted bytes, or REQUEST_REFUSED, and the log says why; throws what stops a folder. Callers bound what waits here. */
  async serve(device: DeviceId, request: BlockRequest): Promise<Uint8Array> {
    const item = this.#itemOf(request);
    if (item === undefined) throw new KithError('REQUEST_REFUSED', {});
    const served = await this.#read(item);
    if (served.outcome === 'bytes') {
      this.#complaints.forget(item.path);
      const { path } = request;
      this.#context.tally.gave(device, { path, bytes: served.bytes.length });
      return served.bytes;
    }
    if (served.outcome === 'failed') this.#complaints.tell(item.path, served.code);
    this.#doubt(item.path);
    throw new KithError('REQUEST_REFUSED', {});
  }

  async #read(item: ServeItem): Promise<Served> {
    try {
      return await this.#batcher.add(item);
    } catch (error) {
      // The whole job: it is no matter of this path.
      this.#complaints.tell('', itemTrouble(error).code);
      throw new KithError('REQUEST_REFUSED', {}, error);
    }
  }

  #itemOf(request: BlockRequest): ServeItem | undefined {
    const { path, offset, size } = request;
    if (this.#context.rules.isExcluded(path, 'file') || offset < 0 || size < 0) return undefined;
    const ours = this.#context.store.ours(path);
    if (ours?.seen === undefined || ours.deleted || ours.invalid || isKept(ours)) return undefined;
    if (ours.kind !== 'file' || offset + size > ours.size) return undefined;
    if (!isAnnounced(ours, request)) return undefined;
    const diskPath = ours.diskPath ?? path;
    // What stands there is not what our row says, however much it looks like it.
    if (this.#context.unsynced.damaged.has(diskPath)) return undefined;
    return { path: diskPath, seen: ours.seen, offset, size };
  }
}

/** Who names a hash wants a block of ours as we announced it: of any other content it could only be told that it is not here. */
function isAnnounced(ours: OurEntry, { offset, size, hash }: BlockRequest): boolean {
  if (hash.length === 0) return true;
  const index = offset / ours.blockSize;
  if (!Number.isInteger(index) || index >= blockCount(ours.size, ours.blockSize)) return false;
  const block = blockAt(ours, index);
  return block.size === size && equalBytes(block.hash, hash);
}
