/** Whether a device's memory grows: its heap after a forced collection, minute by minute, judged in the end. */

import type { TestDaemon } from '../../test/support/daemon.ts';
import { heapAfterCollection } from './heap.ts';
import { pause, type Until } from './until.ts';

const MIB = 1024 * 1024;
const SAMPLE_MS = 60_000;
/** A run that is shorter says nothing. */
const LEAST_MINUTES = 30;
/** How much the last third may be above the middle one. */
const MOST_GROWTH = 0.05;

export class HeapBook {
  readonly #daemon: TestDaemon;
  readonly #samples: number[] = [];

  constructor(daemon: TestDaemon) {
    this.#daemon = daemon;
  }

  /** Samples each minute until then, or six times in a run that is shorter; how often. */
  async keep(until: Until, say: (line: string) => void): Promise<number> {
    const pauseMs = Math.min(SAMPLE_MS, (until.endMs - performance.now()) / 6.5);
    while (await pause(pauseMs, until)) {
      const bytes = await heapAfterCollection(await this.#daemon.log());
      this.#samples.push(bytes);
      say(`soak: sample ${this.#samples.length}: heap ${(bytes / MIB).toFixed(2)} MiB`);
    }
    return this.#samples.length;
  }

  /** The middle third against the last. */
  verdict(minutes: number): { readonly text: string; readonly fault: string | undefined } {
    const third = Math.floor(this.#samples.length / 3);
    const last = mean(this.#samples.slice(this.#samples.length - third));
    const middle = mean(this.#samples.slice(-2 * third, this.#samples.length - third));
    const growth = last / middle - 1;
    const shown = `${(middle / MIB).toFixed(2)} and then ${(last / MIB).toFixed(2)} MiB of heap`;
    const text = `${shown} (${(growth * 100).toFixed(1)} %)`;
    const isJudged = minutes >= LEAST_MINUTES;
    const isGrown = isJudged && !(growth <= MOST_GROWTH);
    return { text, fault: isGrown ? `memory grows: ${text}` : undefined };
  }
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
