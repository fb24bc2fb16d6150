/**
 * Keeps a connection honest about being alive: a ping when nothing was written for a minute, and an end when the device is
 * silent, or takes nothing, for five. Source: BEP v1, limits and timers; NET-02, MAL-14.
 */

import { KithError } from '../base/error.ts';
import type { Clock } from '../ports/clock.ts';

const PING_MS = 60_000;
const SILENT_MS = 300_000;
const HELLO_MS = 20_000;

/** How far the device has come with what it must say first. */
export type Phase = 'hello' | 'cluster-config' | 'open';

/** The times that matter, told by whoever reads and writes. */
export class Pulse {
  readonly #clock: Clock;
  readonly #began: number;
  #phase: Phase = 'hello';
  #readingSince: number | undefined;
  #writingSince: number | undefined;
  #wroteAt: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#began = clock.mono();
    this.#wroteAt = this.#began;
  }

  /** The device has said what it must say in this phase. */
  enter(phase: Phase): void {
    this.#phase = phase;
  }

  /** Runs a read. Only while one is on does silence count: when we are busy it is not the device that is silent. */
  async reading<T>(read: Promise<T>): Promise<T> {
    this.#readingSince = this.#clock.mono();
    try {
      return await read;
    } finally {
      this.#readingSince = undefined;
    }
  }

  /** Runs a write. */
  async writing(write: Promise<void>): Promise<void> {
    this.#writingSince = this.#clock.mono();
    try {
      await write;
    } finally {
      this.#writingSince = undefined;
      this.#wroteAt = this.#clock.mono();
    }
  }

  /** Calls `ping` whenever it is time; ends by PEER_SILENT, or by the signal. */
  async run(ping: () => void, signal: AbortSignal): Promise<void> {
    for (;;) {
      const now = this.#clock.mono();
      const limits = this.#limits();
      const over = limits.find((limit) => limit.at <= now);
      if (over !== undefined) throw new KithError('PEER_SILENT', { waitedFor: over.what });
      const pingAt = this.#writingSince === undefined ? this.#wroteAt + PING_MS : now + PING_MS;
      if (pingAt <= now) {
        // Counts as written, so that one ping is asked for at a time.
        this.#wroteAt = now;
        if (this.#phase === 'open') ping();
        continue;
      }
      const next = Math.min(pingAt, ...limits.map((limit) => limit.at));
      await this.#clock.sleep(Math.min(next - now, HELLO_MS), signal);
    }
  }

  #limits(): readonly { readonly what: string; readonly at: number }[] {
    const [reading, writing] = [this.#readingSince, this.#writingSince];
    return [
      ...(this.#phase === 'hello' ? [{ what: 'hello', at: this.#began + HELLO_MS }] : []),
      ...(this.#phase === 'open' ? [] : [{ what: this.#phase, at: this.#began + SILENT_MS }]),
      ...(reading === undefined ? [] : [{ what: 'anything', at: reading + SILENT_MS }]),
      ...(writing === undefined ? [] : [{ what: 'room to write', at: writing + SILENT_MS }]),
    ];
  }
}
