/**
 * Frames after Hello: i16 header length, header, i32 message length, message; big-endian. Sans-I/O, both ways. Source: BEP
 * v1, framing. Limits depend on the message's type and are checked before anything is allocated.
 */

import { assert } from '../base/assert.ts';
import { KithError } from '../base/error.ts';
import { Collector } from './collector.ts';
import { unpack } from './compression.ts';
import { isMessageType, limitOf, MessageType } from './message-type.ts';
import { decodeMessage, readFields, varintTag } from './protobuf.ts';

/** One whole message of a known type. The body has a buffer of its own and belongs to whom it is given. */
export interface Frame {
  readonly type: MessageType;
  readonly body: Uint8Array;
}

interface Header {
  readonly type: number;
  readonly isPacked: boolean;
}

const HEADER_LENGTH_BYTES = 2;
const MESSAGE_LENGTH_BYTES = 4;
const NEGATIVE_16 = 0x8000;
const NEGATIVE_32 = 0x80000000;

const TYPE = varintTag(1);
const COMPRESSION = varintTag(2);

/** Makes frames of the pieces of a stream. After an error it is of no more use. */
export class FrameReader {
  readonly #collector = new Collector(HEADER_LENGTH_BYTES);
  #part: 'header-length' | 'header' | 'message-length' | 'message' = 'header-length';
  #header: Header = { type: 0, isPacked: false };
  /** Bytes still to pass over, of a message whose type is unknown. */
  #skip = 0;

  /**
   * Takes the next piece; yields every frame that it completes. Must be run to its end, and `piece` left as it is until
   * then. Codes: WIRE_MALFORMED, WIRE_TOO_LARGE, WIRE_COMPRESSION_UNKNOWN, WIRE_LZ4_INVALID.
   */
  *push(piece: Uint8Array): Generator<Frame, void, undefined> {
    let at = 0;
    for (;;) {
      const skipped = Math.min(this.#skip, piece.length - at);
      this.#skip -= skipped;
      at += skipped;
      if (this.#skip > 0) return;
      at += this.#collector.take(piece, at);
      if (!this.#collector.isFull) return;
      const frame = this.#advance();
      if (frame !== undefined) yield frame;
    }
  }

  #advance(): Frame | undefined {
    const collected = this.#collector;
    switch (this.#part) {
      case 'header-length':
        if (collected.number >= NEGATIVE_16) throw negative('header');
        this.#next('header', collected.number);
        return undefined;
      case 'header':
        this.#header = decodeHeader(collected.bytes);
        this.#next('message-length', MESSAGE_LENGTH_BYTES);
        return undefined;
      case 'message-length':
        this.#startMessage(collected.number);
        return undefined;
      case 'message': {
        const frame = frameOf(this.#header, collected.bytes);
        this.#next('header-length', HEADER_LENGTH_BYTES);
        return frame;
      }
    }
  }

  #startMessage(bytes: number): void {
    const { type } = this.#header;
    const limit = limitOf(type);
    if (bytes >= NEGATIVE_32) throw negative('message');
    if (bytes > limit) throw new KithError('WIRE_TOO_LARGE', { type, bytes, limit });
    if (isMessageType(type)) {
      this.#next('message', bytes);
      return;
    }
    this.#skip = bytes;
    this.#next('header-length', HEADER_LENGTH_BYTES);
  }

  #next(part: 'header-length' | 'header' | 'message-length' | 'message', bytes: number): void {
    this.#part = part;
    this.#collector.want(bytes);
  }
}

/**
 * The frame of a message as pieces to write one after the other: `parts` themselves, not copies, behind a prefix. They must
 * stay as they are until written.
 */
export function encodeFrame(type: MessageType, parts: readonly Uint8Array[]): Uint8Array[] {
  let length = 0;
  for (const part of parts) length += part.length;
  assert(length <= limitOf(type), 'message within the limit of its type');
  // Zero values do not travel, so the header of a cluster config is empty.
  const header = type === MessageType.clusterConfig ? [] : [TYPE, type];
  const prefix = new Uint8Array(HEADER_LENGTH_BYTES + header.length + MESSAGE_LENGTH_BYTES);
  const view = new DataView(prefix.buffer);
  view.setUint16(0, header.length);
  prefix.set(header, HEADER_LENGTH_BYTES);
  view.setUint32(HEADER_LENGTH_BYTES + header.length, length);
  return [prefix, ...parts.filter((part) => part.length > 0)];
}

function frameOf(header: Header, bytes: Uint8Array): Frame {
  assert(isMessageType(header.type), 'only known messages are collected');
  const body = header.isPacked ? unpack(bytes, limitOf(header.type)) : bytes;
  return { type: header.type, body };
}

function decodeHeader(bytes: Uint8Array): Header {
  let type = 0;
  let compression = 0;
  decodeMessage(bytes, (from, end) =>
    readFields(from, end, (tag) => {
      if (tag === TYPE) type = from.int32();
      else if (tag === COMPRESSION) compression = from.int32();
      else return false;
      return true;
    }),
  );
  if (compression !== 0 && compression !== 1) {
    throw new KithError('WIRE_COMPRESSION_UNKNOWN', { compression });
  }
  return { type, isPacked: compression === 1 };
}

function negative(what: string): KithError {
  return new KithError('WIRE_MALFORMED', { reason: `negative ${what} length` });
}
