/**
 * The one clock of a world. Events happen one at a time; after each the promises it settled run to where they wait again,
 * so the only free choice is which event comes next, and the seed makes it. Virtual time jumps from event to event.
 */

import { nextTick } from 'node:process';
import { setImmediate } from 'node:timers';
import {
  type Event,
  type EventAction,
  EventHeap,
  type EventKind,
  type Owner,
} from './event-heap.ts';
import type { Pace } from './pace.ts';
import { Trace, type TraceLine } from './trace.ts';

/** How an event is known and whose it is. */
export interface EventOptions {
  readonly label: string;
  /** 'work' unless said. */
  readonly kind?: EventKind;
  /** The event is dropped when its owner is dead by then. */
  readonly owner?: Owner;
}

/** When a world counts as at rest. */
export interface RestLimits {
  /** No work for this long, or nothing to come that could make some before. */
  readonly quietMs: number;
  /** RestError if the world is still busy after this much virtual time. */
  readonly limitMs: number;
}

/** The world did not come to rest, or what was waited for did not happen. */
export class RestError extends Error {
  override readonly name = 'RestError';
}

export class Scheduler {
  readonly trace: Trace;
  readonly #heap = new EventHeap();
  readonly pace: Pace;
  #now = 0;
  #order = 0;
  #pendingWork = 0;
  #lastWork = 0;
  #done = 0;
  #failure: { readonly error: unknown } | undefined;

  /** Up to when the event that is happening may go on by itself; see `leap`. */
  #leapsUntil = Number.NEGATIVE_INFINITY;

  constructor(pace: Pace, trace = new Trace()) {
    this.pace = pace;
    this.trace = trace;
  }

  /** Virtual milliseconds since the world began. */
  get now(): number {
    return this.#now;
  }

  /** Events done so far. */
  get done(): number {
    return this.#done;
  }

  /** Lets `action` happen `delayMs` from now; the result takes it back. Events of one moment come in seeded order. */
  after(delayMs: number, action: EventAction, options: EventOptions): () => void {
    const event: Event = {
      at: this.#now + Math.max(0, delayMs),
      tie: this.pace.tie(),
      order: this.#order++,
      label: options.label,
      kind: options.kind ?? 'work',
      owner: options.owner,
      action,
    };
    if (keepsBusy(event)) this.#pendingWork += 1;
    this.#heap.push(event);
    return () => this.#drop(event);
  }

  /**
   * What the event that is happening wants to happen next, `delayMs` from now: if nothing else comes before it, that moment is
   * now, and it may go on at once. Else false, and it has to be put down with `after`. For work that settles no promise.
   */
  leap(delayMs: number, line: TraceLine, detail?: unknown): boolean {
    const at = this.#now + delayMs;
    if (at > this.#leapsUntil || this.#failure !== undefined) return false;
    const next = this.#heap.peek();
    if (next !== undefined && next.at <= at) return false;
    this.#now = at;
    this.#lastWork = at;
    this.#done += 1;
    this.trace.add(at, line, detail);
    return true;
  }

  /** Makes a failure outside any event end the current run. */
  fail(error: unknown): void {
    this.#failure ??= { error };
  }

  /** Lets virtual time pass. */
  async run(span: { readonly ms: number }): Promise<void> {
    const end = this.#now + span.ms;
    await settle();
    this.#leapsUntil = end;
    try {
      for (let next = this.#next(); next !== undefined && next.at <= end; next = this.#next()) {
        if (this.#happen() !== 'quiet') await settleAgain();
        this.#check();
      }
    } finally {
      this.#leapsUntil = Number.NEGATIVE_INFINITY;
    }
    this.#now = end;
  }

  /** Runs until the predicate holds (looked at after every event); RestError after `ms`. */
  async runUntil(predicate: () => boolean, span: { readonly ms: number }): Promise<void> {
    const end = this.#now + span.ms;
    await settle();
    while (!predicate()) {
      const next = this.#next();
      if (next === undefined || next.at > end) {
        throw this.#restError(`what was waited for did not happen within ${span.ms} ms`);
      }
      if (this.#happen() !== 'quiet') await settleAgain();
      this.#check();
    }
  }

  /** Runs until nothing but distant or fruitless timers is left. */
  async rest(limits: RestLimits): Promise<void> {
    const end = this.#now + limits.limitMs;
    this.#lastWork = this.#now;
    this.#leapsUntil = end;
    await settle();
    try {
      while (!this.#isQuiet(limits.quietMs)) {
        const next = this.#next();
        if (next !== undefined && next.at > end) {
          throw this.#restError(`no rest within ${limits.limitMs} ms`);
        }
        if (this.#happen() !== 'quiet') await settleAgain();
        this.#check();
      }
    } finally {
      this.#leapsUntil = Number.NEGATIVE_INFINITY;
    }
  }

  /** Forgets the events of owners that are dead, at once. */
  sweep(): void {
    for (const event of this.#heap.values()) if (event.owner?.alive === false) this.#drop(event);
  }

  #isQuiet(quietMs: number): boolean {
    if (this.#pendingWork > 0) return false;
    const next = this.#next();
    return next === undefined || next.at - this.#lastWork >= quietMs;
  }

  #next(): Event | undefined {
    for (let event = this.#heap.peek(); event !== undefined; event = this.#heap.peek()) {
      if (event.owner?.alive === false) this.#drop(event);
      if (event.action !== undefined) return event;
      this.#heap.pop();
    }
    return undefined;
  }

  #happen(): unknown {
    const event = this.#heap.pop();
    const action = event?.action;
    if (event === undefined || action === undefined) return 'quiet';
    this.#drop(event);
    this.#now = event.at;
    this.#done += 1;
    if (event.kind === 'work') this.#lastWork = event.at;
    this.trace.add(event.at, event.label);
    return action();
  }

  #drop(event: Event): void {
    if (event.action === undefined) return;
    event.action = undefined;
    if (keepsBusy(event)) this.#pendingWork -= 1;
  }

  #check(): void {
    if (this.#failure === undefined) return;
    const { error } = this.#failure;
    this.#failure = undefined;
    throw error;
  }

  #restError(what: string): RestError {
    return new RestError(`${what}; the last events:\n${this.trace.recent(30).join('\n')}`);
  }
}

function keepsBusy(event: Event): boolean {
  return event.kind === 'work' || event.kind === 'traffic';
}

/** Captured when the module loads: while a story runs, the world's timers are out of reach. */
const immediately = setImmediate;
/** After so many turns the process gets to what else it has to do. */
const TURNS = 500;
let turns = 0;

/** Every promise job that is due runs before this resolves: ticks come when no such job is left, and none but these are used. */
function settle(): Promise<void> {
  return new Promise((resolve) => queueMicrotask(() => nextTick(resolve)));
}

/** The same for whoever has waited so before, and so runs as a promise job: cheaper, and there is one for every event. */
function settleAgain(): Promise<void> {
  turns = (turns + 1) % TURNS;
  return new Promise(turns === 0 ? inAnotherTurn : inATick);
}

function inAnotherTurn(resolve: () => void): void {
  immediately(resolve);
}

function inATick(resolve: () => void): void {
  nextTick(resolve);
}
