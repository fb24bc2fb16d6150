/** Which folders and devices rest now, and when one that was told how long does so no more. */

import type { Config } from '../api/config.ts';
import type { Paused } from '../api/pause.ts';
import type { Clock } from '../ports/clock.ts';

/** A pause in the configuration: of a folder or of a device, by id. */
export interface PausedItem {
  readonly what: 'folder' | 'device';
  readonly id: string;
}

interface Known {
  /** As the configuration has it: another one is a pause of its own. */
  readonly text: string;
  /** By the monotonic clock. */
  readonly endMono: number;
}

/** So often it is looked at the wall clock, which may have been set, or gone on while the machine slept. */
const LOOK_MS = 5_000;

/**
 * A pause is over when its wall time has come, or when it has been seen for as long as was asked: whichever is first. So neither a
 * clock that is put back nor a sleeping machine makes it longer.
 */
export class Pauses {
  readonly #clock: Clock;
  readonly #known = new Map<string, Known>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  isPaused(item: PausedItem, paused: Paused): boolean {
    return paused !== false && !this.#isOver(item, paused);
  }

  /** Those of the configuration that are over. */
  over(config: Config): readonly PausedItem[] {
    return itemsOf(config).flatMap(({ item, paused }) =>
      paused !== false && this.#isOver(item, paused) ? [item] : [],
    );
  }

  /** Calls `onOver` whenever some are, until the signal aborts. */
  async run(
    parts: { readonly config: () => Config; readonly onOver: () => Promise<void> },
    signal: AbortSignal,
  ): Promise<void> {
    while (!signal.aborted) {
      if (this.over(parts.config()).length > 0) await parts.onOver();
      await this.#clock.sleep(this.#waitMs(parts.config()), signal);
    }
  }

  /** Until the next one may be over. One that is over already stays in a file that could not be written: that is tried again. */
  #waitMs(config: Config): number {
    const nowMono = this.#clock.mono();
    const ends = itemsOf(config).flatMap(({ item, paused }) =>
      typeof paused === 'boolean' ? [] : [this.#see(item, paused).endMono - nowMono],
    );
    const soon = ends.filter((ms) => ms > 0);
    return Math.max(1, Math.min(LOOK_MS, ...soon));
  }

  #isOver(item: PausedItem, paused: Exclude<Paused, false>): boolean {
    if (paused === true) return false;
    const { endMono } = this.#see(item, paused);
    return this.#clock.mono() >= endMono || this.#clock.now() >= Date.parse(paused.until);
  }

  #see({ what, id }: PausedItem, paused: Exclude<Paused, boolean>): Known {
    const key = `${what} ${id}`;
    const text = `${paused.until} ${paused.seconds}`;
    const known = this.#known.get(key);
    if (known?.text === text) return known;
    const leftMs = Math.min(Date.parse(paused.until) - this.#clock.now(), paused.seconds * 1000);
    const seen = { text, endMono: this.#clock.mono() + leftMs };
    this.#known.set(key, seen);
    return seen;
  }
}

function itemsOf({ folders, devices }: Config) {
  return [
    ...folders.map(({ id, paused }) => ({ item: { what: 'folder', id } as const, paused })),
    ...devices.map(({ id, paused }) => ({ item: { what: 'device', id } as const, paused })),
  ];
}
