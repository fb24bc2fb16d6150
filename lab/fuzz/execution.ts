/** Runs one input against a target: what it did, what it cost, and which law it broke. */

import { countAllocations, takeAllocated } from './allocations.ts';
import { EdgeMap } from './edge-map.ts';
import type { FuzzTarget } from './target.ts';

/** An input that breaks a law. */
export interface Failure {
  /** Equal for what has the same cause, as far as that can be told. */
  readonly signature: string;
  /** The whole of it, with the stack. */
  readonly text: string;
}

export interface Outcome {
  /** See EdgeMap; empty where nothing is instrumented. */
  readonly features: readonly number[];
  readonly failure: Failure | undefined;
}

const LIMIT_MS = 100;
const MIB = 1024 * 1024;
/** A slow run can be the machine's: only what is slow each time counts. */
const SLOW_RUNS = 4;

/** One per thread and target. */
export class Executor {
  readonly #target: FuzzTarget;
  readonly #map: EdgeMap;

  /** `map` counts where the target is instrumented: it was installed before the target was loaded. */
  constructor(target: FuzzTarget, map = new EdgeMap()) {
    this.#target = target;
    this.#map = map;
    countAllocations();
  }

  /** Never rejects. The input stays as it is. */
  async run(input: Uint8Array): Promise<Outcome> {
    const { ms, failure, features } = await this.#once(input);
    if (failure !== undefined || ms <= this.#limitMs) return { features, failure };
    return { features, failure: await this.#confirmedSlow(input) };
  }

  get #limitMs(): number {
    return this.#target.limitMs ?? LIMIT_MS;
  }

  async #once(input: Uint8Array) {
    this.#map.clear();
    takeAllocated();
    const copy = input.slice();
    const start = process.threadCpuUsage();
    let failure: Failure | undefined;
    try {
      const running = this.#target.run(copy);
      if (running !== undefined) await running;
    } catch (error) {
      failure = failureOf(error);
    }
    // Time of the processor: what else the machine does, does not count.
    const { user, system } = process.threadCpuUsage(start);
    const ms = (user + system) / 1000;
    const features = this.#map.features();
    return { ms, features, failure: failure ?? this.#tooMuch(input, takeAllocated()) };
  }

  #tooMuch(input: Uint8Array, bytes: number): Failure | undefined {
    const { limitBytes = (length: number) => MIB + 64 * length } = this.#target;
    const limit = limitBytes(input.length);
    if (bytes <= limit) return undefined;
    const text = `${input.length} bytes made it ask for ${bytes} bytes of buffers, ${limit} are allowed`;
    return { signature: 'allocation', text };
  }

  async #confirmedSlow(input: Uint8Array): Promise<Failure | undefined> {
    let least = Number.POSITIVE_INFINITY;
    for (let i = 0; i < SLOW_RUNS && least > this.#limitMs; i++) {
      least = Math.min(least, (await this.#once(input)).ms);
    }
    if (least <= this.#limitMs) return undefined;
    const text = `${input.length} bytes take ${Math.round(least)} ms, ${this.#limitMs} are allowed`;
    return { signature: 'time', text };
  }
}

/** The kind of error and where in the project it was thrown. */
function failureOf(error: unknown): Failure {
  if (!(error instanceof Error)) return { signature: String(error), text: String(error) };
  const place = /(?:src|lab)\/[^\s)]*:\d+/.exec(
    error.stack?.split('\n    at ').slice(1).join('\n') ?? '',
  );
  const code = 'code' in error ? ` ${String(error.code)}` : '';
  const cause = error.cause instanceof Error ? `\ncaused by ${error.cause.stack}` : '';
  const signature = `${error.name}${code} ${place?.[0] ?? ''}`;
  return { signature, text: `${error.stack ?? error.message}${cause}` };
}
