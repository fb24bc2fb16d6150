/** One direction of a connection: bytes in order, cut anew at random borders, held up by a cut link or a slow reader. */

import { concatBytes } from '../../src/base/bytes.ts';
import { KithError } from '../../src/base/error.ts';
import type { Owner } from './event-heap.ts';
import type { Way } from './link.ts';
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
  readonly way: Way;
  /** On which it is told that bytes were taken. */
  readonly back: Way;
  readonly from: Side;
  readonly to: Side;
  /** The stream ended at the reader's side. */
  readonly onEnd: () => void;
}

type Piece =
  | { readonly bytes: Uint8Array; readonly at: number }
  | { readonly end: 'whole' | 'one side'; readonly at: number };

/** What the two ends hold at most before a writer has to wait. */
const HIGH_WATER = 256 * 1024;

export class Pipe {
  readonly incoming: Mailbox<readonly Uint8Array[]>;
  readonly #parts: PipeParts;
  readonly #joins: SimRandom;
  #queue: Piece[] = [];
  #underway = false;
  #held = 0;
  /** Bytes that the reader took, of which the writer has not heard. */
  #untold = 0;
  #lastAt = 0;
  #writers: { readonly resolve: () => void; readonly reject: (error: unknown) => void }[] = [];
  #broken = false;
  #isEaten = false;
  #isTold = true;

  constructor(parts: PipeParts) {
    this.#parts = parts;
    this.#joins = parts.random.fork('joins');
    this.incoming = new Mailbox((pieces) => {
      this.#untold += pieces.reduce((sum, piece) => sum + piece.length, 0);
      this.#tell();
    });
  }

  /** True if what is written leads nowhere, and nobody says so. */
  get isEaten(): boolean {
    return this.#isEaten;
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
    if (!this.#isEaten) this.#queue.push({ end: 'whole', at: this.#arrival(0) });
    this.#broken = true;
    this.#goOn();
  }

  /** The reader comes to an end, of which the writer hears nothing: what it still writes is lost. */
  endOneSide(): void {
    if (this.#broken || this.#isEaten) return;
    this.#queue.push({ end: 'one side', at: this.#arrival(0) });
    this.#isEaten = true;
    this.#goOn();
  }

  /** Nothing arrives any more, and nobody is told. */
  eat(): void {
    this.#isEaten = true;
    this.#queue = [];
  }

  /** The writer never hears again that something was taken. */
  loseWord(): void {
    this.#isTold = false;
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
    const { random, way } = this.#parts;
    const { mostPiece, cutChance } = way.traits;
    this.#held += bytes.length;
    for (let at = 0; at < bytes.length && !this.#isEaten; ) {
      const most = Math.min(mostPiece, bytes.length - at);
      const size = random.chance(cutChance) ? random.between(1, most) : most;
      // A copy: the reader keeps what it gets.
      this.#queue.push({ bytes: bytes.slice(at, at + size), at: this.#arrival(size) });
      at += size;
    }
  }

  #arrival(bytes: number): number {
    const { way, scheduler, random } = this.#parts;
    const at = way.arrival({ bytes, now: scheduler.now, draw: random.unit() });
    this.#lastAt = Math.max(this.#lastAt, at);
    return this.#lastAt;
  }

  readonly #goOn = (): void => {
    const next = this.#queue[0];
    if (this.#underway || next === undefined) return;
    const { way, from, to, scheduler } = this.#parts;
    const size = 'end' in next ? 0 : next.bytes.length;
    if (!way.lets(size, this.#goOn)) return;
    this.#underway = true;
    const label = `${from.device}>${to.device} ${'end' in next ? 'end' : size}`;
    const arrive = (): unknown => this.#arrive();
    scheduler.after(next.at - scheduler.now, arrive, { label, kind: 'traffic' });
  };

  #arrive(): unknown {
    this.#underway = false;
    if (this.#parts.way.isStopped) {
      this.#goOn();
      return 'quiet';
    }
    const piece = this.#queue.shift();
    if (piece === undefined) return 'quiet';
    if ('end' in piece) this.#arrived(piece.end);
    else {
      const bytes = this.#withNext(piece.bytes);
      this.#parts.way.count(bytes.length);
      this.incoming.push([bytes]);
    }
    this.#goOn();
    return undefined;
  }

  #arrived(end: 'whole' | 'one side'): void {
    this.incoming.end();
    if (end === 'one side') return;
    this.#failWriters();
    this.#parts.onEnd();
  }

  /** The piece, or it and those behind it that are there by now in one. */
  #withNext(bytes: Uint8Array): Uint8Array {
    const { way, scheduler } = this.#parts;
    const { joinChance } = way.traits;
    if (joinChance === 0 || !this.#joins.chance(joinChance)) return bytes;
    const joined = [bytes];
    for (let next = this.#queue[0]; next !== undefined; next = this.#queue[0]) {
      if ('end' in next || next.at > scheduler.now) break;
      if (!way.lets(next.bytes.length, this.#goOn)) break;
      joined.push(next.bytes);
      this.#queue.shift();
    }
    return concatBytes(joined);
  }

  readonly #tell = (): void => {
    if (!this.#isTold || !this.#parts.back.lets(0, this.#tell)) return;
    this.#held -= this.#untold;
    this.#untold = 0;
    if (this.#held > HIGH_WATER / 2) return;
    const writers = this.#writers;
    this.#writers = [];
    for (const { resolve } of writers) resolve();
  };

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
