/** The search: changes inputs of the corpus and keeps what takes a way that none took before. One seed, one search. */

import { SimRandom } from '../sim/random.ts';
import type { EdgeMap } from './edge-map.ts';
import { Executor, type Failure } from './execution.ts';
import { fewest, type Known, minimise } from './minimise.ts';
import { mutate } from './mutate.ts';
import { bytesOf, type FuzzTarget, type MutationSource } from './target.ts';

/** An input that failed, as small as it could be made. */
export interface Found extends Failure {
  readonly input: Uint8Array;
}

/** How far a search has come. */
export interface Progress {
  readonly executions: number;
  readonly features: number;
  readonly corpus: number;
}

export interface FuzzerOptions {
  readonly target: FuzzTarget;
  /** Installed before the target was loaded. */
  readonly map: EdgeMap;
  readonly seed: number;
  /** Inputs that were found before. */
  readonly corpus: readonly Uint8Array[];
  /** Literals of the program, read when the search begins. */
  readonly literals: ReadonlySet<string | number>;
  /** Called before each run: with it a run that never ends can be told. */
  readonly onInput: (input: Uint8Array) => void;
  readonly onFailure: (found: Found) => void;
}

const MOST_BYTES = 0x10000;
/** Longer ones are not kept in the repository. */
const MOST_KEPT_BYTES = 0x1000;
/** Tries to make one of them shorter. */
const MOST_TRIMMING = 400;

/** A search that is run step by step. */
export class Fuzzer {
  readonly #options: FuzzerOptions;
  readonly #executor: Executor;
  readonly #random: SimRandom;
  readonly #tokens: readonly Uint8Array[];
  readonly #known: Known[] = [];
  readonly #features = new Set<number>();
  readonly #signatures = new Set<string>();
  #executions = 0;

  constructor(options: FuzzerOptions) {
    this.#options = options;
    this.#executor = new Executor(options.target, options.map);
    this.#random = new SimRandom(options.seed);
    this.#tokens = tokensOf(options);
  }

  get progress(): Progress {
    return {
      executions: this.#executions,
      features: this.#features.size,
      corpus: this.#known.length,
    };
  }

  /** Different ones that were found. */
  get failures(): number {
    return this.#signatures.size;
  }

  /** Runs the corpus and the seeds of the target. */
  async begin(): Promise<void> {
    const seeds = this.#options.target.seeds(this.#random.fork('seeds'));
    for (const input of [...this.#options.corpus, ...seeds, new Uint8Array(0)])
      await this.#try(input);
  }

  /** One new input. */
  async step(): Promise<void> {
    const { target } = this.#options;
    const from: MutationSource = {
      random: this.#random,
      other: this.#pick(),
      tokens: this.#tokens,
    };
    const base = this.#pick();
    const most = target.maxBytes ?? MOST_BYTES;
    const isBlind = target.mutate === undefined || this.#random.chance(0.2);
    const made = isBlind ? undefined : target.mutate?.(base, from);
    const input = made ?? mutate(base, from, most);
    await this.#try(input.length > most ? input.slice(0, most) : input);
  }

  /** The corpus without what is not needed for the ways that are known. */
  corpus(): readonly Uint8Array[] {
    return fewest(this.#known).map(({ input }) => input);
  }

  /** Less of it, and each input shorter: together they take every step that is known, however often. For keeping. */
  async trimmedCorpus(): Promise<readonly Uint8Array[]> {
    const steps = this.#known
      .filter(({ input }) => input.length <= MOST_KEPT_BYTES)
      .map(({ input, features }) => ({ input, features: [...stepsOf(features)] }));
    const trimmed: Uint8Array[] = [];
    for (const { input, features } of fewest(steps)) {
      const takesAll = async (candidate: Uint8Array): Promise<boolean> => {
        const outcome = await this.#run(candidate);
        const steps = stepsOf(outcome.features);
        return outcome.failure === undefined && features.every((step) => steps.has(step));
      };
      trimmed.push(await minimise(input, takesAll, MOST_TRIMMING));
    }
    return trimmed;
  }

  /** Half of the time one of those that were found last: they are where something may be found. */
  #pick(): Uint8Array {
    const many = this.#known.length;
    if (many === 0) return new Uint8Array(0);
    const first = this.#random.chance(0.5) ? Math.floor(many * 0.8) : 0;
    return this.#known[first + this.#random.below(many - first)]?.input ?? new Uint8Array(0);
  }

  async #try(input: Uint8Array): Promise<void> {
    const { failure, features } = await this.#run(input);
    if (failure !== undefined) {
      await this.#report(input, failure);
      return;
    }
    if (features.every((feature) => this.#features.has(feature))) return;
    for (const feature of features) this.#features.add(feature);
    this.#known.push({ input, features });
  }

  async #run(input: Uint8Array) {
    this.#executions++;
    this.#options.onInput(input);
    return await this.#executor.run(input);
  }

  async #report(input: Uint8Array, first: Failure): Promise<void> {
    if (this.#signatures.has(first.signature)) return;
    this.#signatures.add(first.signature);
    let last = first;
    const small = await minimise(input, async (candidate) => {
      const { failure } = await this.#run(candidate);
      if (failure?.signature !== first.signature) return false;
      last = failure;
      return true;
    });
    this.#options.onFailure({ ...last, input: small });
  }
}

/** Features without how often. */
function stepsOf(features: readonly number[]): ReadonlySet<number> {
  return new Set(features.map((feature) => feature >>> 3));
}

function tokensOf({ target, literals }: FuzzerOptions): Uint8Array[] {
  const tokens = [...(target.tokens ?? [])].map(bytesOf);
  for (const literal of literals) {
    if (typeof literal === 'string' && literal.length > 64) continue;
    tokens.push(bytesOf(String(literal)));
    if (typeof literal === 'number' && literal > 0xff && literal <= 0xffff_ffff)
      tokens.push(big(literal));
  }
  return tokens.filter((token) => token.length > 0);
}

function big(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value);
  return bytes;
}
