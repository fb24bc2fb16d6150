/** The status again and again: at once, then soon after every change. */

import { setTimeout as sleep } from 'node:timers/promises';
import type { StreamEvent } from '../api/events.ts';
import type { StatusReport } from '../api/status.ts';
import type { DaemonClient } from './client.ts';

/** Changes come in bursts; the status is asked for at most this often, */
const LEAST_GAP_MS = 25;
/** and in the long run, after a burst of so many, this often. */
const STEADY_GAP_MS = 250;
const BURST = 8;
/** And at least this often, for numbers that move without an event. */
const MOST_GAP_MS = 500;

/**
 * Yields the status now and after changes, until the client's signal aborts (its reason is thrown) or the daemon ends
 * (DAEMON_UNREACHABLE). No change is missed: the notices are read from before the first status on.
 */
export async function* followStatus(client: DaemonClient): AsyncGenerator<StatusReport> {
  using events = await client.events();
  const notices = new Notices(events);
  const pace = new Pace();
  for (;;) {
    notices.forget();
    yield await client.status();
    await sleep(pace.gapMs(performance.now()), undefined, { signal: client.signal });
    await notices.next(MOST_GAP_MS);
  }
}

/** Lets the first of a burst follow closely, so that who waits for an end learns of it at once. */
export class Pace {
  #saved = BURST;
  #lastMs: number | undefined;

  /** How long to wait before the next time. */
  gapMs(nowMs: number): number {
    const gapMs = nowMs - (this.#lastMs ?? nowMs);
    this.#lastMs = nowMs;
    this.#saved = Math.min(BURST, this.#saved + gapMs / STEADY_GAP_MS) - 1;
    return this.#saved >= 0 ? LEAST_GAP_MS : STEADY_GAP_MS;
  }
}

/** Turns a stream of events into "something happened since I last looked". */
class Notices {
  #happened = false;
  #wake: () => void = () => undefined;
  /** Ends with the stream; rejects if it broke. */
  readonly #pump: Promise<void>;

  constructor(events: AsyncIterable<StreamEvent>) {
    this.#pump = this.#read(events);
    // The failure is told by next(); until then nobody waits for it.
    this.#pump.catch(() => undefined);
  }

  forget(): void {
    this.#happened = false;
  }

  /** Resolves when something happened, at the latest after `mostMs`; rejects if the stream broke. */
  async next(mostMs: number): Promise<void> {
    if (this.#happened) return;
    const enough = new AbortController();
    const happened = new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
    const late = sleep(mostMs, undefined, { signal: enough.signal }).catch(() => undefined);
    await Promise.race([happened, this.#pump, late]);
    enough.abort();
  }

  async #read(events: AsyncIterable<StreamEvent>): Promise<void> {
    for await (const _ of events) {
      this.#happened = true;
      this.#wake();
    }
  }
}
