/**
 * One BEP connection as a state machine: bytes in, events out; commands in, bytes out. No time, no I/O: whoever pumps the
 * socket pings, cuts the silent and waits for answers. Source: BEP v1, exchange rules. Folders and sequences are the peer's.
 */

import { assert, assertNever } from '../base/assert.ts';
import { KithError } from '../base/error.ts';
import type { DeviceId } from '../model/device-id.ts';
import type { FolderId } from '../model/folder.ts';
import { encodeFrame, type Frame, FrameReader } from './frame.ts';
import { encodeHello, type Hello, HelloReader } from './hello.ts';
import { MessageType } from './message-type.ts';
import { decodeClose, decodePing, encodeClose } from './messages/close.ts';
import {
  type ClusterConfig,
  decodeClusterConfig,
  encodeClusterConfig,
} from './messages/cluster-config.ts';
import { decodeProgress, type ProgressMessage } from './messages/download-progress.ts';
import {
  decodeIndex,
  encodeIndex,
  type HeardIndex,
  type IndexMessage,
} from './messages/index-message.ts';
import {
  decodeRequest,
  encodeRequest,
  type PieceRequest,
  type RequestMessage,
} from './messages/request.ts';
import { decodeResponse, encodeResponse, type Refusal } from './messages/response.ts';

/** The two ends of the connection. */
export interface SessionEnds {
  readonly self: DeviceId;
  readonly peer: DeviceId;
}

/** What the device said. Everything in it is checked and belongs to the receiver. */
export type SessionEvent =
  | { readonly kind: 'hello'; readonly hello: Hello }
  | { readonly kind: 'cluster-config'; readonly config: ClusterConfig }
  | ({ readonly kind: 'index'; readonly news: 'full' | 'update' } & HeardIndex)
  /** Must be answered with `response`, whatever the answer. */
  | ({ readonly kind: 'request' } & RequestMessage)
  /** Exactly the bytes asked for, not verified; a view into a buffer that nothing else uses. */
  | { readonly kind: 'response'; readonly id: number; readonly data: Uint8Array }
  | { readonly kind: 'refused'; readonly id: number; readonly reason: Refusal | 'wrong-length' }
  | ({ readonly kind: 'progress' } & ProgressMessage)
  | { readonly kind: 'ping' }
  /** The last event. */
  | { readonly kind: 'close'; readonly reason: string };

/** Bytes to write in this order; they must stay as they are until written. */
export type Outgoing = readonly Uint8Array[];

/** Most requests that may wait for their answers at once. */
export const MAX_OUTSTANDING_REQUESTS = 4096;

const LAST_ID = 0x7fffffff;

/** See above. Not to be shared between connections. */
export class BepSession {
  readonly #ends: SessionEnds;
  readonly #helloReader = new HelloReader();
  readonly #frameReader = new FrameReader();
  /** Wanted sizes by id, of requests that wait for their answers. */
  readonly #outstanding = new Map<number, number>();
  #heard: 'nothing' | 'hello' | 'cluster-config' | 'close' = 'nothing';
  #said: 'nothing' | 'hello' | 'cluster-config' | 'close' = 'nothing';
  #nextId = 0;
  #failure: { readonly error: unknown } | undefined;

  constructor(ends: SessionEnds) {
    this.#ends = ends;
  }

  /**
   * Takes the next piece of the stream; yields what it completes, one after the other, so that reading can wait while an event
   * is dealt with. Must be run to its end, and `piece` left as it is until then. What follows a Close is passed over. Throws
   * KithError of kind `invalid` when the device broke the protocol: the connection must be closed, and every later call throws
   * the same.
   */
  *receive(piece: Uint8Array): Generator<SessionEvent, void, undefined> {
    if (this.#failure !== undefined) throw this.#failure.error;
    try {
      yield* this.#events(piece);
    } catch (error) {
      this.#failure = { error };
      throw error;
    }
  }

  /** The first thing to send; needs not wait for the other's. */
  hello(hello: Hello): Outgoing {
    assert(this.#said === 'nothing', 'Hello is said once');
    this.#said = 'hello';
    return [encodeHello(hello)];
  }

  /** The second thing to send, and again whenever the folders change. Every folder names both ends. */
  clusterConfig(config: ClusterConfig): Outgoing {
    assert(this.#said === 'hello' || this.#said === 'cluster-config', 'Hello comes first');
    this.#said = 'cluster-config';
    return encodeFrame(MessageType.clusterConfig, [encodeClusterConfig(config)]);
  }

  /** Entries of ours, ascending by sequence. `full` wipes what was sent before; `prevSequence` is the highest sent before. */
  index(
    message: IndexMessage,
    news: { readonly kind: 'full' } | { readonly kind: 'update'; readonly prevSequence: number },
  ): Outgoing {
    this.#assertOpen();
    if (news.kind === 'full') return encodeFrame(MessageType.index, [encodeIndex(message, 0)]);
    return encodeFrame(MessageType.indexUpdate, [encodeIndex(message, news.prevSequence)]);
  }

  /** Asks for a piece; its answer comes as `response` or `refused` with this `id`. At most MAX_OUTSTANDING_REQUESTS wait. */
  request(
    folder: FolderId,
    request: PieceRequest,
  ): { readonly id: number; readonly out: Outgoing } {
    this.#assertOpen();
    assert(this.#outstanding.size < MAX_OUTSTANDING_REQUESTS, 'requests are bounded');
    const id = this.#freeId();
    const out = encodeFrame(MessageType.request, [encodeRequest({ id, folder, request })]);
    this.#outstanding.set(id, request.size);
    return { id, out };
  }

  /** How many requests of ours wait for their answers. */
  get outstanding(): number {
    return this.#outstanding.size;
  }

  /** Answers a request with the bytes, which must be exactly as many as were asked for and are not copied, or refuses. */
  response(id: number, answer: Uint8Array | Refusal): Outgoing {
    this.#assertOpen();
    const message =
      typeof answer === 'string'
        ? encodeResponse({ id, kind: 'refused', reason: answer })
        : encodeResponse({ id, kind: 'data', data: answer });
    return encodeFrame(MessageType.response, message);
  }

  /** Shows that we live; nothing answers it. */
  ping(): Outgoing {
    this.#assertOpen();
    return encodeFrame(MessageType.ping, []);
  }

  /** The last thing to send, at any time after Hello; `reason` is shown to people at the other end. */
  close(reason: string): Outgoing {
    assert(this.#said === 'hello' || this.#said === 'cluster-config', 'Close follows Hello, once');
    this.#said = 'close';
    return encodeFrame(MessageType.close, [encodeClose(reason)]);
  }

  *#events(piece: Uint8Array): Generator<SessionEvent, void, undefined> {
    let rest = piece;
    if (this.#heard === 'nothing') {
      const { used, hello } = this.#helloReader.push(piece);
      if (hello === undefined) return;
      this.#heard = 'hello';
      yield { kind: 'hello', hello };
      rest = piece.subarray(used);
    }
    if (this.#heard === 'close') return;
    for (const frame of this.#frameReader.push(rest)) {
      const event = this.#eventOf(frame);
      if (event === undefined) continue;
      yield event;
      if (event.kind === 'close') return;
    }
  }

  #eventOf({ type, body }: Frame): SessionEvent | undefined {
    this.#checkOrder(type);
    switch (type) {
      case MessageType.clusterConfig:
        return this.#configEvent(body);
      case MessageType.index:
        return { kind: 'index', news: 'full', ...decodeIndex(body) };
      case MessageType.indexUpdate:
        return { kind: 'index', news: 'update', ...decodeIndex(body) };
      case MessageType.request:
        return { kind: 'request', ...decodeRequest(body) };
      case MessageType.response:
        return this.#responseEvent(body);
      case MessageType.downloadProgress:
        return { kind: 'progress', ...decodeProgress(body) };
      case MessageType.ping:
        decodePing(body);
        return { kind: 'ping' };
      case MessageType.close:
        this.#heard = 'close';
        return { kind: 'close', reason: decodeClose(body) };
      default:
        return assertNever(type);
    }
  }

  #checkOrder(type: MessageType): void {
    if (this.#heard === 'cluster-config') return;
    if (type === MessageType.clusterConfig || type === MessageType.close) return;
    throw new KithError('WIRE_UNEXPECTED', { type });
  }

  #configEvent(body: Uint8Array): SessionEvent {
    const { self, peer } = this.#ends;
    const config = decodeClusterConfig(body, { sender: peer, receiver: self });
    this.#heard = 'cluster-config';
    return { kind: 'cluster-config', config };
  }

  /** Undefined for an answer to nothing: the protocol has it ignored. */
  #responseEvent(body: Uint8Array): SessionEvent | undefined {
    const response = decodeResponse(body);
    const { id } = response;
    const size = this.#outstanding.get(id);
    if (size === undefined) return undefined;
    this.#outstanding.delete(id);
    if (response.kind === 'refused') return { kind: 'refused', id, reason: response.reason };
    if (response.data.length !== size) return { kind: 'refused', id, reason: 'wrong-length' };
    return { kind: 'response', id, data: response.data };
  }

  #freeId(): number {
    while (this.#outstanding.has(this.#nextId)) this.#nextId = (this.#nextId + 1) & LAST_ID;
    const id = this.#nextId;
    this.#nextId = (id + 1) & LAST_ID;
    return id;
  }

  #assertOpen(): void {
    assert(
      this.#said === 'cluster-config',
      'the cluster config comes first, and nothing after Close',
    );
  }
}
