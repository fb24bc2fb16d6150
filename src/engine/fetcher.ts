/** Brings one wanted file's content into the staging area: what is here already is copied, the rest is asked for. */

import { toHex } from '../base/bytes.ts';
import { type ErrorCode, itemTrouble, KithError } from '../base/error.ts';
import { HASH_BYTES, sha256 } from '../base/sha256.ts';
import { type Block, blockAt, blockCount } from '../model/block.ts';
import type { Entry } from '../model/entry.ts';
import type { BlockSource } from '../ports/exchange.ts';
import type { OurEntry } from '../ports/folder-store.ts';
import type { FolderContext } from './context.ts';
import { shutsOut } from './feasible.ts';
import { pieceWriter, type WritePiece } from './piece-writer.ts';
import { type LocalBlock, stagedBlock } from './programs/reuse.ts';
import type { Written } from './programs/stage.ts';
import type { Sources } from './sources.ts';
import { Window } from './window.ts';

/** A file to be staged. */
export interface Wanted {
  readonly target: Entry;
  readonly stageName: string;
  /** What stands at the path now, whose blocks may serve. */
  readonly ours: OurEntry | undefined;
  /** A stage file may be there from before. */
  readonly mayBeStaged: boolean;
  /** Name of another stage file, in which some of this content may stand. */
  readonly stagedPart: string | undefined;
}

/** `staged`: complete; `isFinished`: mode and time are set too. `absent`: no connected device has it. */
export type Fetched =
  | { readonly outcome: 'staged'; readonly isFinished: boolean }
  | { readonly outcome: 'absent' }
  | { readonly outcome: 'failed'; readonly code: ErrorCode };

/** What has to be asked for. */
interface Lacking {
  /** Indexes of blocks, ascending. */
  readonly missing: readonly number[];
  /** The stage file stands, and holds all other blocks. */
  readonly isStanding: boolean;
}

/** Bytes of one folder that may be asked for or waiting to be written at the same time. */
const WINDOW_BYTES = 64 * 1024 * 1024;
/** Blocks reused in one job. */
const REUSE_BYTES = 8 * 1024 * 1024;
/** Requests of one file in flight. */
const FILE_REQUESTS = 256;

export class Fetcher {
  readonly #context: FolderContext;
  readonly #sources: Sources;
  readonly #write: WritePiece;
  readonly #window = new Window(WINDOW_BYTES);
  readonly #zeros = new Map<number, string>();

  constructor(context: FolderContext, sources: Sources) {
    this.#context = context;
    this.#sources = sources;
    this.#write = pieceWriter(context.ports.disk, context.root);
  }

  /** Stages the file. Rejects with the signal's reason, or with what stops a folder. */
  async fetch(wanted: Wanted, signal: AbortSignal): Promise<Fetched> {
    let fetched: Fetched | undefined;
    try {
      fetched = await this.#stage(wanted, signal);
      return fetched;
    } finally {
      // What is staged is on its way until it is in place.
      if (fetched?.outcome !== 'staged') this.#context.tally.over(wanted.target.path);
    }
  }

  async #stage(wanted: Wanted, signal: AbortSignal): Promise<Fetched> {
    const { missing, isStanding } = await this.#reuse(wanted, signal);
    if (missing.length === 0) return { outcome: 'staged', isFinished: false };
    if (this.#sources.holding(this.#context.store, wanted.target).length === 0) {
      return { outcome: 'absent' };
    }
    // One that shuts its owner out could not be opened any more to be made durable.
    const isWhole =
      blockCount(wanted.target.size, wanted.target.blockSize) === 1 && !shutsOut(wanted.target);
    const code = await this.#fetchAll(wanted, { missing, isWhole, isStanding }, signal);
    if (code === undefined) return { outcome: 'staged', isFinished: isWhole };
    return { outcome: 'failed', code };
  }

  async #reuse(wanted: Wanted, signal: AbortSignal): Promise<Lacking> {
    const { target } = wanted;
    const count = blockCount(target.size, target.blockSize);
    const local = this.#localBlocks(wanted, count);
    if (local === undefined) return { missing: upTo(count), isStanding: false };
    let missing: readonly number[] = [];
    const step = Math.max(1, Math.floor(REUSE_BYTES / target.blockSize));
    for (let first = 0; first < count; first += step) {
      signal.throwIfAborted();
      const blocks = target.blocks.slice(first * HASH_BYTES, (first + step) * HASH_BYTES);
      const part = await this.#context.ports.disk.run(
        'reuse',
        {
          root: this.#context.root,
          stageName: wanted.stageName,
          size: target.size,
          blockSize: target.blockSize,
          first,
          blocks,
          local: local.slice(first, first + step),
        },
        { urgency: 2 },
      );
      // Whatever was in it, and counted, went with the file before.
      missing = [...(part.isNew ? upTo(first) : missing), ...part.missing];
      const here = Math.min(step, count - first) - part.missing.length;
      this.#context.tally.arrived(target.path, Math.min(here * target.blockSize, target.size));
    }
    return { missing, isStanding: true };
  }

  /** For each block a place here that may hold it; undefined if nothing here can serve and no job is needed. */
  #localBlocks(wanted: Wanted, count: number): (LocalBlock | undefined)[] | undefined {
    const { target, ours } = wanted;
    const twin = this.#context.store.withContent(target.contentHash, 1)[0];
    if (twin !== undefined && twin.blockSize === target.blockSize) {
      const path = twin.diskPath ?? twin.path;
      return Array.from({ length: count }, (_, i) => ({ path, offset: i * target.blockSize }));
    }
    const old =
      ours !== undefined && !ours.deleted && ours.kind === 'file' ? blocksByHash(ours) : undefined;
    const part = wanted.stagedPart;
    let serves = wanted.mayBeStaged || part !== undefined;
    const local: (LocalBlock | undefined)[] = [];
    for (let index = 0; index < count; index++) {
      const block = blockAt(target, index);
      const offset = old?.get(toHex(block.hash));
      const path = ours?.diskPath ?? target.path;
      if (part !== undefined) local.push(stagedBlock(part, block.offset));
      else local.push(offset === undefined ? undefined : { path, offset });
      serves ||= offset !== undefined || this.#isZero(block);
    }
    return serves ? local : undefined;
  }

  #isZero(block: Block): boolean {
    if (block.size === 0) return false;
    let zero = this.#zeros.get(block.size);
    if (zero === undefined) {
      // Only full blocks: their sizes are few.
      if (block.size & (block.size - 1)) return false;
      zero = toHex(sha256(new Uint8Array(block.size)));
      this.#zeros.set(block.size, zero);
    }
    return toHex(block.hash) === zero;
  }

  /** Asks for all missing blocks; the first failure ends it, the code says why. However it ends, nothing is written any more. */
  async #fetchAll(
    wanted: Wanted,
    { missing, isStanding, isWhole }: Lacking & { readonly isWhole: boolean },
    signal: AbortSignal,
  ): Promise<ErrorCode | undefined> {
    let failure: ErrorCode | undefined;
    let isBroken = false;
    let made = 0;
    const next = missing[Symbol.iterator]();
    const lane = async (): Promise<void> => {
      for (const index of next) {
        signal.throwIfAborted();
        if (failure !== undefined || isBroken) return;
        const result = await this.#fetchBlock(wanted, { index, isWhole }, signal);
        if (result === 'made') made += 1;
        else if (result !== 'ok') failure ??= result;
      }
    };
    const lanes = Math.min(missing.length, FILE_REQUESTS);
    const all = Array.from({ length: lanes }, () =>
      lane().catch((error: unknown) => {
        isBroken = true;
        throw error;
      }),
    );
    const broken = (await Promise.allSettled(all)).find(({ status }) => status === 'rejected');
    if (broken?.status === 'rejected') throw broken.reason;
    // Somebody took the stage file away, or it was shut: it has holes where blocks were.
    if (made > (isStanding ? 0 : 1)) failure ??= 'FILE_GONE';
    return failure;
  }

  async #fetchBlock(
    wanted: Wanted,
    { index, isWhole }: { readonly index: number; readonly isWhole: boolean },
    signal: AbortSignal,
  ): Promise<'ok' | 'made' | ErrorCode> {
    const block = blockAt(wanted.target, index);
    let code: ErrorCode = 'REQUEST_REFUSED';
    const release = await this.#window.take(block.size + 1, signal);
    try {
      for (const source of this.#sources.holding(this.#context.store, wanted.target)) {
        const written = await this.#from(source, { wanted, block, isWhole }, signal);
        if (written === 'ok' || written === 'made') {
          this.#context.tally.arrived(wanted.target.path, block.size);
          return written;
        }
        if (written === 'mismatch') {
          source.blame();
          code = 'BLOCK_MISMATCH';
        } else {
          code = written;
          // Trouble with our own disk is no reason to ask somebody else.
          if (written.startsWith('FILE_')) return code;
        }
      }
      return code;
    } finally {
      release();
    }
  }

  async #from(
    source: BlockSource,
    {
      wanted,
      block,
      isWhole,
    }: { readonly wanted: Wanted; readonly block: Block; readonly isWhole: boolean },
    signal: AbortSignal,
  ): Promise<Written> {
    const { target } = wanted;
    let bytes: Uint8Array;
    try {
      const request = {
        path: target.path,
        offset: block.offset,
        size: block.size,
        hash: block.hash,
      };
      bytes = await source.fetch(request, signal);
    } catch (error) {
      return itemTrouble(error).code;
    }
    if (bytes.length !== block.size)
      throw new KithError('BUG', { what: 'a source gave another size' });
    const finish = isWhole
      ? { mode: target.noPermissions ? undefined : target.mode, mtime: target.mtime }
      : undefined;
    return await this.#write({
      stageName: wanted.stageName,
      size: target.size,
      offset: block.offset,
      bytes,
      hash: block.hash.slice(),
      finish,
    });
  }
}

function upTo(count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => index);
}

/** Where each block of a file of ours stands, by its hash. */
function blocksByHash(ours: OurEntry): ReadonlyMap<string, number> {
  const offsets = new Map<string, number>();
  const count = ours.blocks.length / HASH_BYTES;
  for (let index = 0; index < count; index++) {
    const block = blockAt(ours, index);
    offsets.set(toHex(block.hash), block.offset);
  }
  return offsets;
}
