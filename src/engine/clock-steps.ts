/** Notices that the wall clock was set back: a disk that keeps whole seconds may date a second write just as the first. */

import type { Clock } from '../ports/clock.ts';
import type { Seen } from '../ports/folder-store.ts';
import { COARSE_WINDOW_MS, msOf } from './stamps.ts';

/** Less is the clock being corrected little by little: so many milliseconds, and this part of what has passed. */
const LEAST_MS = 50;
const DRIFT = 1 / 1000;
/** Spans kept apart; of more the oldest two become one. */
const MOST = 16;

/** Wall time that the clock goes through a second time. Unix milliseconds. */
interface Span {
  readonly from: number;
  readonly to: number;
}

export class ClockSteps {
  readonly #clock: Clock;
  readonly #spans: Span[] = [];
  #last: { readonly now: number; readonly mono: number };

  /** Steps before now are not known. */
  constructor(clock: Clock) {
    this.#clock = clock;
    this.#last = { now: clock.now(), mono: clock.mono() };
  }

  /**
   * True if a write since the file was looked at may have left its time as it is, for the clock has been there twice: whatever
   * the row says, only the content tells. For files on disks that keep whole seconds; finer times do not come twice.
   */
  mayRepeat({ mtime, ctime }: Seen): boolean {
    if (mtime.ns !== 0 || ctime.ns !== 0) return false;
    this.observe();
    const from = msOf(mtime);
    const to = from + COARSE_WINDOW_MS;
    const { now } = this.#last;
    if (from <= now && now < to) return true;
    return this.#spans.some((span) => from <= span.to && to >= span.from);
  }

  /** To be called now and then: of steps that went by unobserved only their sum is known. */
  observe(): void {
    const now = this.#clock.now();
    const mono = this.#clock.mono();
    const passedMs = mono - this.#last.mono;
    const backMs = this.#last.now + passedMs - now;
    this.#last = { now, mono };
    if (backMs > LEAST_MS + passedMs * DRIFT) this.#add({ from: now, to: now + backMs });
  }

  #add(span: Span): void {
    this.#spans.push(span);
    if (this.#spans.length <= MOST) return;
    const [one, other] = this.#spans.splice(0, 2);
    if (one === undefined || other === undefined) return;
    const from = Math.min(one.from, other.from);
    this.#spans.unshift({ from, to: Math.max(one.to, other.to) });
  }
}
