/** Reads content that a look found to differ from our rows: small files many at a time, large ones piece by piece beside. */

import { concatBytes } from '../base/bytes.ts';
import type { ErrorCode } from '../base/error.ts';
import { HASH_BYTES, sha256 } from '../base/sha256.ts';
import type { TaskGroup } from '../base/task-group.ts';
import { blockCount, blockSizeFor } from '../model/block.ts';
import { foundOf } from './classify.ts';
import { type FolderContext, seenOf } from './context.ts';
import type { Unread } from './findings.ts';
import type { Studied } from './programs/study.ts';
import type { Sighting } from './recorder.ts';

/** What reading comes to. */
export interface ReaderEvents {
  readonly record: (sightings: readonly Sighting[]) => Promise<void>;
  readonly fail: (diskPath: string, code: ErrorCode) => void;
  /** It changed under our eyes. */
  readonly again: (diskPath: string) => void;
  /** A large file is over. */
  readonly onEnd: () => void;
}

/** Bytes and files read in one job. */
const JOB_BYTES = 8 * 1024 * 1024;
const JOB_FILES = 256;
/** Large files read at the same time. */
const LARGE_AT_ONCE = 2;

export class Reader {
  readonly #context: FolderContext;
  readonly #events: ReaderEvents;
  readonly #large = new Map<string, Unread>();
  readonly #reading = new Set<string>();

  constructor(context: FolderContext, events: ReaderEvents) {
    this.#context = context;
    this.#events = events;
  }

  /** Large files that wait or are being read. */
  paths(): Iterable<string> {
    return [...this.#large.keys(), ...this.#reading];
  }

  /** How many those are. */
  get size(): number {
    return this.#large.size + this.#reading.size;
  }

  /** Reads the small ones before it resolves; large ones wait for `startLarge`. */
  async read(unread: readonly Unread[]): Promise<void> {
    const small: Unread[] = [];
    for (const each of unread) {
      const waiting = this.#large.get(each.diskPath)?.status.size ?? 0;
      this.#context.tally.toRead(each.status.size - waiting);
      if (each.status.size > JOB_BYTES) this.#large.set(each.diskPath, each);
      else small.push(each);
    }
    const jobs = cut(small);
    // Two jobs at once, for two workers; recorded in order as they come.
    for (let at = 0; at < jobs.length; at += 2) {
      const pair = jobs.slice(at, at + 2).map((job) => this.#readJob(job));
      for (const sightings of await Promise.all(pair)) await this.#events.record(sightings);
    }
  }

  /** Starts as many large ones as there is room for. */
  startLarge(group: TaskGroup): void {
    for (const [diskPath, unread] of this.#large) {
      if (this.#reading.size >= LARGE_AT_ONCE) return;
      if (this.#reading.has(diskPath)) continue;
      this.#large.delete(diskPath);
      this.#reading.add(diskPath);
      const tell = this.#context.tally.reading();
      group.start(async (signal) => {
        try {
          await this.#readLarge({ unread, tell }, signal);
        } finally {
          tell(unread.status.size);
          this.#reading.delete(diskPath);
          this.#events.onEnd();
        }
      });
    }
  }

  async #readJob(job: readonly Unread[]): Promise<readonly Sighting[]> {
    const { disk, clock } = this.#context.ports;
    const readAtMs = clock.now();
    const paths = job.map((each) => each.diskPath);
    const studied = await disk.run('study', { root: this.#context.root, paths }, { urgency: 1 });
    this.#context.tally.read(job.reduce((sum, { status }) => sum + status.size, 0));
    const sightings: Sighting[] = [];
    for (const [index, found] of studied.entries()) {
      const unread = job[index];
      if (unread === undefined) continue;
      const sighting = sightingOf(unread, found, readAtMs);
      if (sighting !== undefined) sightings.push(sighting);
      else if (found.outcome === 'failed') this.#events.fail(unread.diskPath, found.code);
      else this.#events.again(unread.diskPath);
    }
    return sightings;
  }

  async #readLarge(
    { unread, tell }: { readonly unread: Unread; readonly tell: (upTo: number) => void },
    signal: AbortSignal,
  ): Promise<void> {
    const { clock, disk } = this.#context.ports;
    const readAtMs = clock.now();
    const { diskPath: path, status } = unread;
    const blockSize = blockSizeFor(status.size);
    const total = blockCount(status.size, blockSize);
    const step = Math.max(1, Math.floor(JOB_BYTES / blockSize));
    const parts: Uint8Array[] = [];
    for (let at = 0; at < total; at += 2 * step) {
      signal.throwIfAborted();
      const starts = [at, at + step].filter((first) => first < total);
      const pair = starts.map((first) => {
        const count = Math.min(step, total - first);
        const args = { root: this.#context.root, path, status, blockSize, first, count };
        return disk.run('studyPart', args, { urgency: 2 });
      });
      for (const part of await Promise.all(pair)) {
        if (part.outcome === 'failed') return this.#events.fail(path, part.code);
        if (part.outcome === 'changed') return this.#events.again(path);
        parts.push(part.blocks);
      }
      tell(Math.min(status.size, (at + 2 * step) * blockSize));
    }
    const blocks = concatBytes(parts);
    const sighting = sightingOf(unread, { outcome: 'file', status, blockSize, blocks }, readAtMs);
    if (sighting !== undefined && blocks.length === total * HASH_BYTES) {
      await this.#events.record([sighting]);
    }
  }
}

/** Jobs of bounded bytes and files. */
function cut(unread: readonly Unread[]): readonly (readonly Unread[])[] {
  const jobs: Unread[][] = [];
  let bytes = 0;
  for (const each of unread) {
    const job = jobs.at(-1);
    if (job === undefined || job.length >= JOB_FILES || bytes + each.status.size > JOB_BYTES) {
      jobs.push([each]);
      bytes = each.status.size;
    } else {
      job.push(each);
      bytes += each.status.size;
    }
  }
  return jobs;
}

function sightingOf(unread: Unread, found: Studied, readAtMs: number): Sighting | undefined {
  const { path, diskPath, basedOn } = unread;
  if (found.outcome !== 'file' && found.outcome !== 'symlink') return undefined;
  const content =
    found.outcome === 'file'
      ? { blockSize: found.blockSize, blocks: found.blocks, contentHash: sha256(found.blocks) }
      : { target: found.target, contentHash: sha256(found.target) };
  const seen = seenOf(found.status, readAtMs);
  return { path, diskPath, basedOn, found: foundOf(path, found.status, content), seen };
}
