/** A simulated connection: two ends, two pipes. */

import type { Connection } from '../../src/ports/network.ts';
import type { Owner } from './event-heap.ts';
import type { Link } from './link.ts';
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
  #gone = false;
  #closed = 0;

  constructor(parts: ConnectionParts) {
    this.#parts = parts;
    this.link = parts.link;
    const { dialler, listener, scheduler, link } = parts;
    const pipe = (from: SideFacts, to: SideFacts, onEnd: () => void): Pipe =>
      new Pipe({
        scheduler,
        link,
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
    const { dialler, listener } = this.#parts;
    return dialler.device === device || listener.device === device;
  }

  /** Both ends lose it at once. */
  reset(): void {
    this.#there.break();
    this.#back.break();
    this.#leave();
  }

  #end(side: { mine: Pipe; other: Pipe; self: SideFacts; peer: SideFacts }): Connection {
    const { mine, other, self, peer } = side;
    let closing: Promise<void> | undefined;
    return {
      certificates: [peer.certificate],
      address: peer.address,
      direction: mine === this.#there ? 'dialled' : 'accepted',
      incoming: other.incoming,
      write: (bytes) => (self.owner.alive ? mine.write(bytes) : new Promise(() => undefined)),
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

  /** This end is gone at once; the other learns of it when the news arrives. */
  #destroy(mine: Pipe, other: Pipe): void {
    if (this.#gone) return;
    other.break();
    mine.cutShort();
    const { scheduler, link } = this.#parts;
    const arrive = (): void => {
      if (link.isCut) link.stalled.add(arrive);
      else {
        mine.break();
        this.#leave();
      }
    };
    scheduler.after(link.traits.delayMs, arrive, { label: 'reset', kind: 'traffic' });
  }

  #leave(): void {
    if (this.#gone) return;
    this.#gone = true;
    for (const finish of [...this.#onEnded]) finish();
    this.#parts.onGone(this);
  }
}
