/** Which fetches are under way, within their bounds, and which paths wait for one of them to end. */

import { toHex } from '../base/bytes.ts';
import type { RelPath } from '../model/path.ts';
import type { Operation } from '../model/plan.ts';
import { versionKey } from '../model/version.ts';

/** Fetches under way: small files, and files that are long enough to have a lane of their own. */
const SMALL_AT_ONCE = 512;
const LARGE_AT_ONCE = 4;
const LARGE_BYTES = 8 * 1024 * 1024;
/** As long as fewer fetches than this have room, planning waits: paths are planned in slices, not one by one. */
const ROOM_LEAST = 64;

/** What a path may wait for: content by its hash, a lane for large files, or a group that is being applied. */
export type Waited = string | 'large' | 'busy';

interface Fetching {
  readonly key: string;
  readonly content: string;
  readonly isLarge: boolean;
  readonly abort: AbortController;
}

export class Fetches {
  readonly #byPath = new Map<RelPath, Fetching>();
  /** How many are under way, by content and of large files. */
  readonly #contents = new Map<string, number>();
  readonly #parked = new Map<Waited, Set<RelPath>>();
  #large = 0;
  #onEnd: () => void = () => undefined;

  /** How many more may begin. */
  get room(): number {
    return SMALL_AT_ONCE - this.#byPath.size;
  }

  get hasRoom(): boolean {
    return this.room >= ROOM_LEAST;
  }

  /** Some that will not take long. */
  get hasSmall(): boolean {
    return this.#byPath.size > this.#large;
  }

  get isEmpty(): boolean {
    return this.#byPath.size + this.#parked.size === 0;
  }

  has(path: RelPath): boolean {
    return this.#byPath.has(path);
  }

  /** This content is on its way, or serves as a source. */
  holds(content: string): boolean {
    return this.#contents.has(content);
  }

  /** What the fetch has to wait for; undefined if it may begin. */
  obstacle({ target }: Operation): Waited | undefined {
    const content = toHex(target.contentHash);
    if (this.holds(content) && target.size > 0) return content;
    return isLarge(target.size) && this.#large >= LARGE_AT_ONCE ? 'large' : undefined;
  }

  /** A fetch begins; its signal. To be ended by `end`, once. */
  begin(operation: Operation): AbortSignal {
    const { path, target } = operation;
    const content = toHex(target.contentHash);
    const abort = new AbortController();
    const fetching = { key: keyOf(operation), content, isLarge: isLarge(target.size), abort };
    this.#byPath.set(path, fetching);
    this.#contents.set(content, (this.#contents.get(content) ?? 0) + 1);
    if (fetching.isLarge) this.#large++;
    return abort.signal;
  }

  /** The fetch is over. Paths that waited for its lane; who waits for its content asks for that with `unpark`. */
  end({ path, target }: Operation): readonly RelPath[] {
    const content = toHex(target.contentHash);
    this.#byPath.delete(path);
    this.#onEnd();
    const others = (this.#contents.get(content) ?? 1) - 1;
    if (others > 0) this.#contents.set(content, others);
    else this.#contents.delete(content);
    if (!isLarge(target.size)) return [];
    this.#large--;
    return this.unpark('large');
  }

  /** Another version is wanted at the path by now: what is on its way is given up, unless it is the same. */
  supersede(path: RelPath, operation: Operation | undefined): void {
    const key = operation === undefined ? undefined : keyOf(operation);
    const fetching = this.#byPath.get(path);
    if (fetching !== undefined && fetching.key !== key)
      fetching.abort.abort(new Error('superseded'));
  }

  /** Aborts all of them. */
  abortAll(reason: unknown): void {
    for (const { abort } of this.#byPath.values()) abort.abort(reason);
  }

  /** Aborts all of them; resolves when none is under way any more. */
  async endAll(reason: unknown): Promise<void> {
    this.abortAll(reason);
    while (this.#byPath.size > 0) {
      await new Promise<void>((resolve) => {
        this.#onEnd = resolve;
      });
    }
  }

  /** The path is planned again when what it waits for is over. */
  park(waited: Waited, path: RelPath): void {
    const parked = this.#parked.get(waited) ?? new Set();
    parked.add(path);
    this.#parked.set(waited, parked);
  }

  /** Takes out the paths that waited for this. */
  unpark(waited: Waited): readonly RelPath[] {
    const parked = this.#parked.get(waited);
    this.#parked.delete(waited);
    return parked === undefined ? [] : [...parked];
  }
}

/** Equal for operations that do the same. */
export function keyOf(operation: Operation): string {
  return `${operation.kind} ${versionKey(operation.target.version)}`;
}

function isLarge(bytes: number): boolean {
  return bytes > LARGE_BYTES;
}
