/**
 * What waits to be written to one device, by urgency. Frames are made at the moment they are written, so that what became
 * pointless or forbidden in the meantime is never sent. Source: NET-04.
 */

import type { Outgoing } from '../bep/session.ts';
import { orAborted } from './or-aborted.ts';

/** From the most urgent to the least. */
export type Lane = 'control' | 'index' | 'small' | 'bulk';

/** Makes a frame when its turn has come; undefined if there is nothing to say any more. */
export type MakeFrame = () => Outgoing | undefined;

/** A frame to be made, and how urgent it is. */
export interface Frame {
  readonly lane: Lane;
  readonly make: MakeFrame;
  /** Asked while it is being written, if that takes long: false if the device may not have the rest of it any more. */
  readonly mayGoOn?: () => boolean;
}

/** Writes frames; before more of them than fits in one go it asks whether it may go on. */
export type WriteFrames = (frames: Outgoing, mayGoOn: () => boolean) => Promise<void>;

interface Item {
  readonly make: MakeFrame;
  readonly mayGoOn: () => boolean;
  readonly settle: (wasWritten: boolean) => void;
}

/** Frames are written together up to this many bytes: what is urgent waits for no more than that. */
const TOGETHER_BYTES = 64 * 1024;

const LANES: readonly Lane[] = ['control', 'index', 'small', 'bulk'];

/** See above. It has no bound of its own: whoever puts things in waits for them or counts them. */
export class Outbox {
  readonly #lanes: Readonly<Record<Lane, Item[]>> = { control: [], index: [], small: [], bulk: [] };
  #hasEnded = false;
  #wake: (() => void) | undefined;

  /**
   * Resolves to true when the socket has taken the frame, to false if it was not sent and never will be. Rejects with the
   * signal's reason; the frame is then not sent, unless it is being written.
   */
  put({ lane, make, mayGoOn = always }: Frame, signal: AbortSignal): Promise<boolean> {
    const written = new Promise<boolean>((resolve) => {
      const makeUnlessAborted = () => (signal.aborted ? undefined : make());
      if (this.#hasEnded) resolve(false);
      else this.#add(lane, { make: makeUnlessAborted, mayGoOn, settle: resolve });
    });
    return orAborted(written, signal);
  }

  /** As `put`, for those who need not know. */
  post(lane: Lane, make: MakeFrame): void {
    if (!this.#hasEnded) this.#add(lane, { make, mayGoOn: always, settle: () => undefined });
  }

  /** Drops what waits and takes nothing more; the frame being written is finished, and `last` follows it. */
  end(last: MakeFrame): void {
    if (this.#hasEnded) return;
    this.#drop();
    this.#add('control', { make: last, mayGoOn: always, settle: () => undefined });
    this.#hasEnded = true;
  }

  /**
   * Writes until after `end`: a frame at a time, small ones together. If `write` rejects, so does this, and nothing more is
   * taken.
   */
  async run(write: WriteFrames): Promise<void> {
    try {
      for (let item = await this.#next(); item !== undefined; item = await this.#next()) {
        await this.#writeWith(item, write);
      }
    } finally {
      this.#hasEnded = true;
      this.#drop();
    }
  }

  /** Writes the item and what waits behind it, as long as all of it together is small. */
  async #writeWith(first: Item, write: WriteFrames): Promise<void> {
    const items: Item[] = [];
    const parts: Uint8Array[] = [];
    let bytes = 0;
    let wasWritten = false;
    try {
      for (let item: Item | undefined = first; item !== undefined; item = this.#take()) {
        items.push(item);
        const frame = item.make();
        if (frame === undefined) items.pop()?.settle(false);
        for (const part of frame ?? []) {
          parts.push(part);
          bytes += part.length;
        }
        if (bytes >= TOGETHER_BYTES) break;
      }
      if (parts.length > 0) await write(parts, () => items.every((item) => item.mayGoOn()));
      wasWritten = true;
    } finally {
      for (const { settle } of items) settle(wasWritten);
    }
  }

  #take(): Item | undefined {
    for (const lane of LANES) {
      const item = this.#lanes[lane].shift();
      if (item !== undefined) return item;
    }
    return undefined;
  }

  async #next(): Promise<Item | undefined> {
    for (;;) {
      const item = this.#take();
      if (item !== undefined) return item;
      if (this.#hasEnded) return undefined;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  #add(lane: Lane, item: Item): void {
    this.#lanes[lane].push(item);
    this.#wake?.();
  }

  #drop(): void {
    for (const lane of LANES) for (const item of this.#lanes[lane].splice(0)) item.settle(false);
  }
}

function always(): boolean {
  return true;
}
