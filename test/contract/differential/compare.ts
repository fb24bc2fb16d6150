/** Whether two looks tell of the same: values where they are facts, relations where clocks and numbers are each side's own. */

import assert from 'node:assert/strict';
import type { Timestamp } from '../../../src/model/entry.ts';
import type { FileStatus } from '../../../src/ports/file-system.ts';
import type { Seen } from './look.ts';
import { SIMULATED_START_S } from './side.ts';

/** What cannot be compared on a kind of disk, or only roughly. */
export interface Likeness {
  /**
   * Of what each change of a time can be seen. Linux dates a change in tmpfs's directories by what was changed in them, which
   * may give the time that they had already. With `none` directories are not compared at all: FUSE keeps their times for a
   * second, whatever happens.
   */
  readonly fineTimes: 'all' | 'files' | 'none';
  /** How many names a thing has is told. Through FUSE it is a guess for what was removed. */
  readonly links: boolean;
  /**
   * A thing may be opened, removed and renamed under any spelling of its name. The driver of exFAT dies of it when the thing
   * is open under another one: such steps are left out.
   */
  readonly spellings: boolean;
  /** False: renames that keep or swap are never done, and why is not compared: FUSE gives several reasons. */
  readonly renames: boolean;
  /** Numbers stay with what they name. False where they may change while nobody has it open. */
  readonly stableInodes: boolean;
}

interface Before {
  readonly simulated: FileStatus;
  readonly real: FileStatus;
}

/** Compares look after look of one sequence. */
export class Comparer {
  readonly #like: Likeness;
  readonly #startS = Math.floor(Date.now() / 1_000) - 3;
  /** Real numbers by simulated ones, which are never used again. */
  readonly #inodes = new Map<bigint, bigint>();
  /** What was seen the last time, by simulated number. */
  #before = new Map<bigint, Before>();

  constructor(like: Likeness) {
    this.#like = like;
  }

  /** Throws an AssertionError that names the first difference. */
  compare(simulated: readonly Seen[], real: readonly Seen[]): void {
    const factsOf = (seen: Seen): unknown => facts(seen, this.#like);
    assert.deepEqual(simulated.map(factsOf), real.map(factsOf));
    const now = new Map<bigint, Before>();
    for (const [i, { path, status }] of simulated.entries()) {
      const other = real[i];
      if (status === undefined || other?.status === undefined) continue;
      const both = { simulated: status, real: other.status };
      this.#compareTimes(path, both);
      now.set(status.inode, both);
    }
    this.#compareInodes(now);
    this.#before = now;
  }

  #compareTimes(path: string, now: Before): void {
    const before = this.#before.get(now.simulated.inode);
    const { fineTimes } = this.#like;
    const isDirectory = now.simulated.kind === 'directory';
    if (fineTimes === 'none' && isDirectory) return;
    const isFine = fineTimes === 'all' || (fineTimes === 'files' && !isDirectory);
    for (const which of ['mtime', 'ctime'] as const) {
      const [a, b] = [now.simulated[which], now.real[which]];
      assert.deepEqual(
        this.#plain(a, SIMULATED_START_S),
        this.#plain(b, this.#startS),
        `${which} of ${path}`,
      );
      if (before === undefined || !isFine) continue;
      const changed = [
        !isSame(before.simulated[which], a) && 'simulated',
        !isSame(before.real[which], b) && 'real',
      ].filter((side) => side !== false);
      assert.notEqual(changed.length, 1, `${which} of ${path} changed: ${changed}`);
    }
  }

  /** A time that somebody set, or that it is the clock's. */
  #plain(time: Timestamp, startS: number): Timestamp | 'clock' {
    return time.s >= startS ? 'clock' : time;
  }

  #compareInodes(now: ReadonlyMap<bigint, Before>): void {
    const taken = new Map<bigint, bigint>();
    for (const [inode, { real }] of now) {
      const known = this.#like.stableInodes ? this.#inodes.get(inode) : undefined;
      assert.equal(known ?? real.inode, real.inode, 'an inode number changed');
      assert.equal(taken.get(real.inode) ?? inode, inode, 'two things have one inode number');
      taken.set(real.inode, inode);
      this.#inodes.set(inode, real.inode);
    }
  }
}

/** Sizes of directories and their counts of names are each file system's own. */
function facts({ path: told, status, content }: Seen, like: Likeness): unknown {
  const path = withoutChoice(told);
  if (status === undefined) return { path, isForgotten: true };
  const { kind, size, mode } = status;
  const links = like.links ? status.links : undefined;
  if (kind === 'directory') return { path, kind, mode, isRemoved: links === 0 };
  return { path, kind, size, mode, links, content };
}

/** What an open file is called that was removed is the disk's own choice. */
export function withoutChoice(path: string): string {
  return path.replace(/\.fuse_hidden[0-9a-f]+/, '.fuse_hidden');
}

function isSame(a: Timestamp, b: Timestamp): boolean {
  return a.s === b.s && a.ns === b.ns;
}
