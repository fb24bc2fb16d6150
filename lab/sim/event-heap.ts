/** The pending events of a world as a binary heap. */

/** Something that will happen. `tie` orders events of one moment, `order` those with one tie. */
export interface Event {
  readonly at: number;
  readonly tie: number;
  readonly order: number;
  readonly label: string;
  readonly kind: EventKind;
  readonly owner: Owner | undefined;
  action: EventAction | undefined;
}

/**
 * `work` keeps a world from resting, and for a while after. `traffic` does so while it is under way. `timer` is a sleep.
 * `idle` is what happens without anything coming of it, such as an attempt to reach a device that is not there.
 */
export type EventKind = 'work' | 'traffic' | 'timer' | 'idle';

/** 'quiet' promises that no promise was settled: nobody waits, so the next event may follow at once. */
export type EventAction = () => unknown;

/** Whose events die together. */
export interface Owner {
  readonly alive: boolean;
}

/** Smallest first. */
export class EventHeap {
  readonly #events: Event[] = [];

  get size(): number {
    return this.#events.length;
  }

  peek(): Event | undefined {
    return this.#events[0];
  }

  /** O(log n). */
  push(event: Event): void {
    const events = this.#events;
    let at = events.length;
    events.push(event);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = events[parent] as Event;
      if (!isBefore(event, above)) break;
      events[at] = above;
      at = parent;
    }
    events[at] = event;
  }

  /** O(log n). */
  pop(): Event | undefined {
    const events = this.#events;
    const first = events[0];
    const last = events.pop();
    if (first === undefined || last === undefined || events.length === 0) return first;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= events.length) break;
      const right = events[child + 1];
      if (right !== undefined && isBefore(right, events[child] as Event)) child += 1;
      const below = events[child] as Event;
      if (!isBefore(below, last)) break;
      events[at] = below;
      at = child;
    }
    events[at] = last;
    return first;
  }

  /** All, in no order. */
  values(): Iterable<Event> {
    return this.#events;
  }
}

function isBefore(a: Event, b: Event): boolean {
  if (a.at !== b.at) return a.at < b.at;
  return a.tie !== b.tie ? a.tie < b.tie : a.order < b.order;
}
