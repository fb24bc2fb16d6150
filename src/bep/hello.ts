/** Hello, the first thing each end sends: magic, u16 length, message. Not framed like the rest. Source: BEP v1, Hello. */

import { KithError } from '../base/error.ts';
import { Collector } from './collector.ts';
import {
  bytesTag,
  decodeMessage,
  encodeMessage,
  type Reader,
  readFields,
  varintTag,
} from './protobuf.ts';
import { readText } from './protobuf-values.ts';

/** Who is at this end. All of it is for people and says nothing of identity. */
export interface Hello {
  readonly deviceName: string;
  readonly clientName: string;
  readonly clientVersion: string;
  /** Connections wanted to the same device; 0 = knows of one only. */
  readonly connections: number;
  /** Unix time in nanoseconds. */
  readonly timestamp: bigint;
  /** Kith's own: tells one run of the program from another; 0n = does not say. */
  readonly started: bigint;
}

const MAGIC = 0x2ea7d90b;
/** First words of versions that are gone. */
const OLD_MAGICS: readonly number[] = [0x9f79bc40, 0x00010000, 0x00010001];
const MAGIC_BYTES = 4;
const LENGTH_BYTES = 2;
const MOST_BYTES = 32767;

const DEVICE_NAME = bytesTag(1);
const CLIENT_NAME = bytesTag(2);
const CLIENT_VERSION = bytesTag(3);
const CONNECTIONS = varintTag(4);
const TIMESTAMP = varintTag(5);
/** Far from what others may give a meaning to; unknown fields are passed over by all. */
const STARTED = varintTag(10_001);

/** The bytes to send. BUG if the texts exceed 32767 bytes. */
export function encodeHello(hello: Hello): Uint8Array {
  const body = encodeMessage((to) => {
    if (hello.deviceName !== '') to.uint32(DEVICE_NAME).string(hello.deviceName);
    if (hello.clientName !== '') to.uint32(CLIENT_NAME).string(hello.clientName);
    if (hello.clientVersion !== '') to.uint32(CLIENT_VERSION).string(hello.clientVersion);
    if (hello.connections !== 0) to.uint32(CONNECTIONS).int32(hello.connections);
    if (hello.timestamp !== 0n) to.uint32(TIMESTAMP).int64(hello.timestamp);
    if (hello.started !== 0n) to.uint32(STARTED).uint64(hello.started);
  });
  if (body.length > MOST_BYTES) throw new KithError('BUG', { what: 'Hello too long' });
  const bytes = new Uint8Array(MAGIC_BYTES + LENGTH_BYTES + body.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, MAGIC);
  view.setUint16(MAGIC_BYTES, body.length);
  bytes.set(body, MAGIC_BYTES + LENGTH_BYTES);
  return bytes;
}

/** Takes the stream's first bytes. Sans-I/O. */
export class HelloReader {
  readonly #collector = new Collector(MAGIC_BYTES);
  #part: 'magic' | 'length' | 'body' = 'magic';

  /**
   * Takes from `piece` what belongs to Hello: `used` bytes of it, and `hello` once it is whole. Codes: WIRE_HELLO_UNKNOWN
   * (as soon as four bytes are there), WIRE_TOO_LARGE, WIRE_MALFORMED.
   */
  push(piece: Uint8Array): { readonly used: number; readonly hello: Hello | undefined } {
    let used = 0;
    for (;;) {
      used += this.#collector.take(piece, used);
      if (!this.#collector.isFull) return { used, hello: undefined };
      if (this.#part === 'body') return { used, hello: decodeHello(this.#collector.bytes) };
      this.#advance();
    }
  }

  #advance(): void {
    const number = this.#collector.number;
    if (this.#part === 'magic') {
      checkMagic(number);
      this.#part = 'length';
      this.#collector.want(LENGTH_BYTES);
      return;
    }
    if (number > MOST_BYTES) {
      throw new KithError('WIRE_TOO_LARGE', { message: 'Hello', bytes: number, limit: MOST_BYTES });
    }
    this.#part = 'body';
    this.#collector.want(number);
  }
}

function checkMagic(magic: number): void {
  if (magic === MAGIC) return;
  const isOld = OLD_MAGICS.includes(magic);
  throw new KithError('WIRE_HELLO_UNKNOWN', { magic: magic.toString(16).padStart(8, '0'), isOld });
}

function decodeHello(bytes: Uint8Array): Hello {
  return decodeMessage(bytes, readHello);
}

function readHello(from: Reader, end: number): Hello {
  let [deviceName, clientName, clientVersion] = ['', '', ''];
  let connections = 0;
  let timestamp = 0n;
  let started = 0n;
  readFields(from, end, (tag) => {
    if (tag === DEVICE_NAME) deviceName = readText(from);
    else if (tag === CLIENT_NAME) clientName = readText(from);
    else if (tag === CLIENT_VERSION) clientVersion = readText(from);
    else if (tag === CONNECTIONS) connections = from.int32();
    else if (tag === TIMESTAMP) timestamp = BigInt(from.int64());
    else if (tag === STARTED) started = BigInt(from.uint64());
    else return false;
    return true;
  });
  return { deviceName, clientName, clientVersion, connections, timestamp, started };
}
