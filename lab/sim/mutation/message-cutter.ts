/** Cuts what a device writes to a connection into its messages: Hello, then frames. */

import { concatBytes } from '../../../src/base/bytes.ts';
import { type Frame, FrameReader } from '../../../src/bep/frame.ts';
import { MessageType } from '../../../src/bep/message-type.ts';
import type { MessageName } from './mutation-plan.ts';

/** One message as it was written. `frame`: what is in it; none in a Hello. */
export interface CutMessage {
  readonly name: MessageName;
  readonly bytes: Uint8Array;
  readonly frame: Frame | undefined;
}

const HELLO_HEAD = 6;

const NAMES: Readonly<Record<MessageType, MessageName>> = {
  [MessageType.clusterConfig]: 'cluster-config',
  [MessageType.index]: 'index',
  [MessageType.indexUpdate]: 'index',
  [MessageType.request]: 'request',
  [MessageType.response]: 'response',
  [MessageType.downloadProgress]: 'progress',
  [MessageType.ping]: 'ping',
  [MessageType.close]: 'close',
};

/** For one connection. What it is given must be as Kith writes it. */
export class MessageCutter {
  #rest: Uint8Array = new Uint8Array(0);
  #hasHello = false;

  /** Takes what was written next; gives the messages that it completes. Copies, so the bytes may change afterwards. */
  push(parts: readonly Uint8Array[]): readonly CutMessage[] {
    this.#rest = concatBytes([this.#rest, ...parts]);
    const cut: CutMessage[] = [];
    for (let length = this.#length(); length <= this.#rest.length; length = this.#length()) {
      const bytes = this.#rest.slice(0, length);
      this.#rest = this.#rest.subarray(length);
      cut.push(this.#messageOf(bytes));
    }
    return cut;
  }

  /** Of the first message; Infinity while that is not known. */
  #length(): number {
    const bytes = this.#rest;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    if (!this.#hasHello) {
      return bytes.length < HELLO_HEAD ? Infinity : HELLO_HEAD + view.getUint16(4);
    }
    if (bytes.length < 2) return Infinity;
    const head = 2 + view.getUint16(0) + 4;
    return bytes.length < head ? Infinity : head + view.getUint32(head - 4);
  }

  #messageOf(bytes: Uint8Array): CutMessage {
    if (!this.#hasHello) {
      this.#hasHello = true;
      return { name: 'hello', bytes, frame: undefined };
    }
    const [frame] = [...new FrameReader().push(bytes)];
    if (frame === undefined) throw new Error('a device wrote a frame that is none');
    return { name: NAMES[frame.type], bytes, frame };
  }
}
