/** A simulated connection: two ends, two pipes. */

import type { Connection } from '../../src/ports/network.ts';
import type { Owner } from './event-heap.ts';
import type { Link, Way } from './link.ts';
import { Pipe } from './pipe.ts';
import type { SimRandom } from './random.ts';
import type { Scheduler } from './scheduler.ts';

/** One side of a connection as its device has it. */
export interface SideFacts {
  readonly device: string;
  readonly certificate: Uint8Array;
  /** `tcp://NAME:PORT`. */
  readonly address: string;
  readonly owner: Owner;
}

export interface ConnectionParts {
  readonly scheduler: Scheduler;
  readonly random: SimRandom;
  readonly link: Link;
  readonly dialler: SideFacts;
  readonly listener: SideFacts;
  readonly onGone: (connection: SimConnection) => void;
  /** Hears what each side hands to the network, before it is under way. */
  readonly onWrite: (from: SideFacts, to: SideFacts, parts: readonly Uint8Array[]) => void;
}

/** How long a close waits for its last bytes to arrive. */
const CLOSE_MS = 10_000;

export class SimConnection {
  readonly link: Link;
  readonly dialled: Connection;
  readonly accepted: Connection;
  readonly #parts: ConnectionParts;
  readonly #there: Pipe;
  readonly #back: Pipe;
  readonly #onEnded = new Set<() => void>();
  /** Of ends that are gone without the other's knowing. */
  readonly #destroyed = new Set<Pipe>();
  #gone = false;
  #closed = 0;

  constructor(parts: ConnectionParts) {
    this.#parts = parts;
    this.link = parts.link;
    const { dialler, listener, scheduler, link } = parts;
    const pipe = (from: SideFacts, to: SideFacts, onEnd: () => void): Pipe =>
      new Pipe({
        scheduler,
        way: link.from(from.device),
        back: link.from(to.device),
        from,
        to,
        onEnd,
        random: parts.random.fork(from.device, to.device),
      });
    this.#there = pipe(dialler, listener, () => this.#ended(this.#back));
    this.#back = pipe(listener, dialler, () => this.#ended(this.#there));
    this.dialled = this.#end({
      mine: this.#there,
      other: this.#back,
      self: dialler,
      peer: listener,
    });
    this.accepted = this.#end({
      mine: this.#back,
      other: this.#there,
      self: listener,
      peer: dialler,
    });
  }

  /** True if one side of it is on this device. */
  touches(device: string): boolean {
    return this.ends.includes(device);
  }

  /** The devices at its ends. */
  get ends(): readonly string[] {
    return [this.#parts.dialler.device, this.#parts.listener.device];
  }

  /** Both ends lose it at once. */
  reset(): void {
    this.#there.break();
    this.#back.break();
    this.#leave();
  }

  /** The device is no more: the other end loses the connection too, if it can hear of it. */
  dieAt(device: string): void {
    const [mine] = this.#pipesFrom(device);
    if (mine.isEaten) this.#destroyedUnheard(mine);
    else this.reset();
  }

  /** What `device` writes leads nowhere from now on, and it never hears whether what it got was wanted. */
  eatFrom(device: string): void {
    const [eaten, other] = this.#pipesFrom(device);
    eaten.eat();
    other.loseWord();
  }

  /** The other side reads an end of the stream that `device` did not make. */
  endFrom(device: string): void {
    this.#pipesFrom(device)[0].endOneSide();
  }

  #pipesFrom(device: string): readonly [Pipe, Pipe] {
    const isDialler = this.#parts.dialler.device === device;
    return isDialler ? [this.#there, this.#back] : [this.#back, this.#there];
  }

  #end(side: { mine: Pipe; other: Pipe; self: SideFacts; peer: SideFacts }): Connection {
    const { mine, other, self, peer } = side;
    let closing: Promise<void> | undefined;
    return {
      certificates: [peer.certificate],
      address: peer.address,
      direction: mine === this.#there ? 'dialled' : 'accepted',
      incoming: other.incoming,
      write: (bytes) => {
        if (!self.owner.alive) return new Promise(() => undefined);
        this.#parts.onWrite(self, peer, bytes);
        return mine.write(bytes);
      },
      close: () => {
        if (!self.owner.alive) return new Promise(() => undefined);
        closing ??= this.#close(mine, other);
        return closing;
      },
      destroy: () => {
        if (self.owner.alive) this.#destroy(mine, other);
      },
    };
  }

  #close(mine: Pipe, other: Pipe): Promise<void> {
    if (this.#gone) return Promise.resolve();
    mine.end();
    other.abandon();
    this.#closed += 1;
    // Both closed: nobody is left to read, so nothing is waited for.
    if (this.#closed === 2) {
      this.#leave();
      return Promise.resolve();
    }
    const { scheduler } = this.#parts;
    return new Promise((resolve) => {
      const giveUp = scheduler.after(CLOSE_MS, () => finish(), { label: 'close', kind: 'idle' });
      const finish = (): void => {
        giveUp();
        this.#onEnded.delete(finish);
        resolve();
      };
      this.#onEnded.add(finish);
    });
  }

  /** The last byte of one side arrived: the other side's writes lead nowhere any more. */
  #ended(opposite: Pipe): void {
    opposite.abandon();
    for (const finish of [...this.#onEnded]) finish();
    this.#leave();
  }

  /** This end is gone at once; the other learns of it when the news arrives, if it does. */
  #destroy(mine: Pipe, other: Pipe): void {
    if (this.#gone) return;
    other.break();
    mine.cutShort();
    if (mine.isEaten) {
      this.#destroyedUnheard(mine);
      return;
    }
    const { scheduler } = this.#parts;
    const way = this.#wayOf(mine);
    const arrive = (): void => {
      if (!way.lets(0, arrive)) return;
      mine.break();
      this.#leave();
    };
    scheduler.after(way.traits.delayMs, arrive, { label: 'reset', kind: 'traffic' });
  }

  #destroyedUnheard(mine: Pipe): void {
    this.#destroyed.add(mine);
    if (this.#destroyed.size === 2) this.#leave();
  }

  #wayOf(pipe: Pipe): Way {
    const { dialler, listener } = this.#parts;
    return this.link.from((pipe === this.#there ? dialler : listener).device);
  }

  #leave(): void {
    if (this.#gone) return;
    this.#gone = true;
    for (const finish of [...this.#onEnded]) finish();
    this.#parts.onGone(this);
  }
}
