/** Sends our index of one folder to one device and keeps it current. Source: BEP v1, index IDs, sequence numbers, deltas. */

import { Bell } from '../base/bell.ts';
import { indexBatches } from '../bep/index-batches.ts';
import type { SequencedEntry } from '../model/entry.ts';
import type { Clock } from '../ports/clock.ts';
import type { IndexClaim } from '../ports/exchange.ts';

/** Where sending goes on: with everything there is, replacing what the device has, or after a sequence. */
export type IndexPosition =
  | { readonly kind: 'full' }
  | { readonly kind: 'update'; readonly after: number };

/** Our index, as far as it is needed here. */
export interface OurIndex {
  ourIndex(): IndexClaim;
  entriesAfter(sequence: number, limit: number): readonly SequencedEntry[];
}

/** Some of our index, and where it begins. */
export interface IndexBatch {
  readonly entries: readonly SequencedEntry[];
  readonly position: IndexPosition;
}

/** Resolves to false if the batch was not sent and sending is pointless. */
export type SendBatch = (batch: IndexBatch, signal: AbortSignal) => Promise<boolean>;

/** Entries read at a time. */
const READ = 1000;
const PAUSE_MS = 250;
const LOOK_MS = 60_000;

/** What a device lacks that claims to have this much of our index. */
function positionAfter(claim: IndexClaim, ours: IndexClaim): IndexPosition {
  const isKnown = claim.indexId === ours.indexId && claim.indexId !== 0n;
  const isWithin = claim.sequence > 0 && claim.sequence <= ours.sequence;
  return isKnown && isWithin ? { kind: 'update', after: claim.sequence } : { kind: 'full' };
}

/** See above. */
export class IndexSender {
  readonly #index: OurIndex;
  readonly #clock: Clock;
  readonly #send: SendBatch;
  readonly #bell = new Bell();
  #position: IndexPosition;

  constructor(parts: {
    readonly index: OurIndex;
    readonly clock: Clock;
    readonly send: SendBatch;
    readonly claim: IndexClaim;
  }) {
    this.#index = parts.index;
    this.#clock = parts.clock;
    this.#send = parts.send;
    this.#position = positionAfter(parts.claim, parts.index.ourIndex());
  }

  /** Our index has changed. */
  wake(): void {
    this.#bell.ring();
  }

  /** The device says anew what it has: sending goes on from there. */
  restart(claim: IndexClaim): void {
    this.#position = positionAfter(claim, this.#index.ourIndex());
    this.#bell.ring();
  }

  /** Sends until the signal aborts, or until a batch is not taken. Looks at least once a minute. */
  async run(signal: AbortSignal): Promise<void> {
    for (;;) {
      if (!(await this.#round(signal))) return;
      await this.#clock.sleep(PAUSE_MS, signal);
      await this.#bell.wait(this.#clock, LOOK_MS, signal);
    }
  }

  /** Everything there is to send now. An index without entries is not sent at all. */
  async #round(signal: AbortSignal): Promise<boolean> {
    for (;;) {
      const entries = this.#index.entriesAfter(sequenceOf(this.#position), READ);
      if (entries.length === 0) return true;
      for (const batch of indexBatches(entries)) {
        signal.throwIfAborted();
        const position = this.#position;
        if (!(await this.#send({ entries: batch, position }, signal))) return false;
        // While it was being sent, the device may have said to start elsewhere.
        if (this.#position !== position) break;
        this.#position = { kind: 'update', after: batch.at(-1)?.sequence ?? 0 };
      }
    }
  }
}

function sequenceOf(position: IndexPosition): number {
  return position.kind === 'full' ? 0 : position.after;
}
