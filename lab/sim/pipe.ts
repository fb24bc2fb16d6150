/** One direction of a connection: bytes in order, cut anew at random borders, held up by a cut link or a slow reader. */

import { KithError } from '../../src/base/error.ts';
import type { Owner } from './event-heap.ts';
import type { Link } from './link.ts';
import { Mailbox } from './mailbox.ts';
import type { SimRandom } from './random.ts';
import type { Scheduler } from './scheduler.ts';

/** Whose end it is. A dead device hears of nothing. */
export interface Side {
  readonly device: string;
  readonly owner: Owner;
}

export interface PipeParts {
  readonly scheduler: Scheduler;
  readonly random: SimRandom;
  readonly link: Link;
  readonly from: Side;
  readonly to: Side;
  /** The stream ended at the reader's side. */
  readonly onEnd: () => void;
}

type Piece =
  | { readonly bytes: Uint8Array; readonly at: number }
  | { readonly end: true; readonly at: number };

/** What the two ends hold at most before a writer has to wait. */
const HIGH_WATER = 256 * 1024;
const LARGEST_PIECE = 64 * 1024;

export class Pipe {
  readonly incoming: Mailbox<readonly Uint8Array[]>;
  readonly #parts: PipeParts;
  #queue: Piece[] = [];
  #underway = false;
  #held = 0;
  #lastAt = 0;
  #writers: { readonly resolve: () => void; readonly reject: (error: unknown) => void }[] = [];
  #broken = false;

  constructor(parts: PipeParts) {
    this.#parts = parts;
    this.incoming = new Mailbox(([piece]) => this.#taken(piece?.length ?? 0));
  }

  /** True once nothing more can be written. */
  get isBroken(): boolean {
    return this.#broken;
  }

  /** Resolves when more is wanted; CONNECTION_LOST once the pipe is broken. */
  write(parts: readonly Uint8Array[]): Promise<void> {
    if (this.#broken) return Promise.reject(lost());
    for (const bytes of parts) this.#cut(bytes);
    this.#goOn();
    if (this.#held <= HIGH_WATER) return Promise.resolve();
    return new Promise((resolve, reject) => {
      this.#writers.push({ resolve, reject });
    });
  }

  /** The end follows what was written. */
  end(): void {
    if (this.#broken) return;
    this.#queue.push({ end: true, at: this.#arrival(0) });
    this.#broken = true;
    this.#goOn();
  }

  /** Nothing more arrives; writers fail. The reader fails too unless it has reached the end. */
  break(): void {
    this.#broken = true;
    this.#queue = [];
    if (this.#parts.to.owner.alive) this.incoming.fail(lost());
    this.#failWriters();
  }

  /** The writer went away at once: what is still under way may or may not arrive, writes fail. */
  cutShort(): void {
    this.#broken = true;
    this.#failWriters();
  }

  /** The reader went away: what comes is dropped, writers fail. */
  abandon(): void {
    this.#broken = true;
    this.#queue = [];
    if (this.#parts.to.owner.alive) this.incoming.end();
    this.#failWriters();
  }

  #cut(bytes: Uint8Array): void {
    const { random } = this.#parts;
    for (let at = 0; at < bytes.length; ) {
      const most = Math.min(LARGEST_PIECE, bytes.length - at);
      const size = random.chance(0.2) ? random.between(1, most) : most;
      // A copy: the reader keeps what it gets.
      this.#queue.push({ bytes: bytes.slice(at, at + size), at: this.#arrival(size) });
      this.#held += size;
      at += size;
    }
  }

  #arrival(bytes: number): number {
    const { link, from, scheduler, random } = this.#parts;
    const at = link.arrival({ from: from.device, bytes, now: scheduler.now, draw: random.unit() });
    this.#lastAt = Math.max(this.#lastAt, at);
    return this.#lastAt;
  }

  #goOn(): void {
    const next = this.#queue[0];
    if (this.#underway || next === undefined) return;
    const { link, from, to, scheduler } = this.#parts;
    if (link.isCut) {
      link.stalled.add(() => this.#goOn());
      return;
    }
    this.#underway = true;
    const label = `${from.device}>${to.device} ${'end' in next ? 'end' : next.bytes.length}`;
    const arrive = (): unknown => this.#arrive();
    scheduler.after(next.at - scheduler.now, arrive, { label, kind: 'traffic' });
  }

  #arrive(): unknown {
    this.#underway = false;
    const { link, from } = this.#parts;
    if (link.isCut) {
      this.#goOn();
      return 'quiet';
    }
    const piece = this.#queue.shift();
    if (piece === undefined) return 'quiet';
    if ('end' in piece) {
      this.incoming.end();
      this.#failWriters();
      this.#parts.onEnd();
    } else {
      link.count(from.device, piece.bytes.length);
      this.incoming.push([piece.bytes]);
    }
    this.#goOn();
    return undefined;
  }

  #taken(bytes: number): void {
    this.#held -= bytes;
    if (this.#held > HIGH_WATER / 2) return;
    const writers = this.#writers;
    this.#writers = [];
    for (const { resolve } of writers) resolve();
  }

  #failWriters(): void {
    const writers = this.#writers;
    this.#writers = [];
    if (!this.#parts.from.owner.alive) return;
    for (const { reject } of writers) reject(lost());
  }
}

/** What both ends of a broken connection get. */
function lost(): KithError {
  return new KithError('CONNECTION_LOST', {});
}
