/**
 * A device that is broken or lies: what it writes to connections is mutated by a plan. Everything that is drawn depends on
 * the receiver, the message's number and the kind of mutation alone, so one mutation less leaves the others as they were.
 */

import { toHex } from '../../../src/base/bytes.ts';
import { asKithError } from '../../../src/base/error.ts';
import { type Frame, FrameReader } from '../../../src/bep/frame.ts';
import { MessageType } from '../../../src/bep/message-type.ts';
import { decodeIndex } from '../../../src/bep/messages/index-message.ts';
import type { Entry } from '../../../src/model/entry.ts';
import { versionKey } from '../../../src/model/version.ts';
import type { Connection } from '../../../src/ports/network.ts';
import type { SimRandom } from '../random.ts';
import { type CutMessage, MessageCutter } from './message-cutter.ts';
import { changedMessage, type Ends } from './mutate-message.ts';
import {
  checkPlan,
  type How,
  type MessageName,
  type MutationOrder,
  type MutationPlan,
  waysOf,
} from './mutation-plan.ts';

/** Who is at the other end. */
export interface Receiver extends Ends {
  /** The name of `peer`. */
  readonly to: string;
}

/** What one connection has to remember. */
interface Stream {
  readonly cutter: MessageCutter;
  readonly receiver: Receiver;
  /** Waits for the message after it. */
  held: Uint8Array | undefined;
  readonly sent: Map<MessageName, Uint8Array[]>;
}

/** How many messages of a kind can be replayed. */
const REMEMBERED = 8;

export class Mutator {
  /** Every mutation so far, as orders that do the same again. */
  readonly done: MutationOrder[] = [];
  /** Every entry that was told and is not as the device has it. */
  readonly lies: Entry[] = [];
  readonly #random: SimRandom;
  /** By receiver and kind of message. */
  readonly #counts = new Map<string, number>();
  #plan: MutationPlan = {};

  constructor(random: SimRandom, plan: MutationPlan) {
    this.#random = random;
    this.follow(plan);
  }

  /** Another plan from now on; `{}` is an honest device. */
  follow(plan: MutationPlan): void {
    checkPlan(plan);
    this.#plan = plan;
  }

  /** The connection as the device has it. */
  wrap(connection: Connection, receiver: Receiver): Connection {
    const stream: Stream = {
      receiver,
      cutter: new MessageCutter(),
      held: undefined,
      sent: new Map(),
    };
    return {
      certificates: connection.certificates,
      address: connection.address,
      direction: connection.direction,
      incoming: connection.incoming,
      close: () => connection.close(),
      destroy: () => connection.destroy(),
      write: async (parts) => {
        const { bytes, isOver } = this.#pass(stream, parts);
        if (bytes.length > 0) await connection.write(bytes);
        if (isOver) connection.destroy();
      },
    };
  }

  #pass(
    stream: Stream,
    parts: readonly Uint8Array[],
  ): { readonly bytes: readonly Uint8Array[]; readonly isOver: boolean } {
    const bytes: Uint8Array[] = [];
    for (const message of stream.cutter.push(parts)) {
      const hows = this.#howsOf(message.name, stream.receiver.to);
      const held = stream.held;
      stream.held = undefined;
      bytes.push(...this.#mutated(stream, message, hows));
      if (held !== undefined) bytes.push(held);
      if (hows.some(({ how }) => how === 'cut-off')) return { bytes, isOver: true };
    }
    return { bytes, isOver: false };
  }

  #mutated(stream: Stream, message: CutMessage, hows: readonly MutationOrder[]): Uint8Array[] {
    let { bytes } = message;
    let copies = 1;
    const behind: Uint8Array[] = [];
    for (const { how, nth } of hows) {
      const random = this.#fork(stream.receiver.to, { message: message.name, nth, how });
      const earlier = stream.sent.get(message.name) ?? [];
      if (how === 'drop') copies = 0;
      else if (how === 'repeat') copies *= 2;
      else if (how === 'replay') behind.push(...picked(earlier, random));
      else if (how === 'swap') stream.held = bytes;
      else bytes = changedMessage(message, { how, random, ends: stream.receiver });
    }
    if (bytes !== message.bytes) this.lies.push(...liesIn(bytes, message));
    this.#remember(stream, message);
    if (stream.held !== undefined) return behind;
    return [...Array.from({ length: copies }, () => bytes), ...behind];
  }

  #remember({ sent }: Stream, { name, bytes }: CutMessage): void {
    const before = sent.get(name) ?? [];
    sent.set(name, [...before, bytes].slice(-REMEMBERED));
  }

  /** What is to be done to the next message of this kind. */
  #howsOf(message: MessageName, to: string): readonly MutationOrder[] {
    const key = `${to} ${message}`;
    const nth = this.#counts.get(key) ?? 0;
    this.#counts.set(key, nth + 1);
    const { rates = {}, orders = [] } = this.#plan;
    const isOrdered = (how: How): boolean =>
      orders.some(
        (order) =>
          order.message === message &&
          order.nth === nth &&
          order.how === how &&
          (order.to ?? to) === to,
      );
    const hows = waysOf(message)
      .map((how) => ({ to, message, nth, how }))
      .filter(
        (order) =>
          isOrdered(order.how) ||
          this.#fork(to, order).chance(rates[`${message}.${order.how}`] ?? 0),
      );
    this.done.push(...hows);
    return hows;
  }

  #fork(to: string, { message, nth, how }: MutationOrder): SimRandom {
    return this.#random.fork('mutation', to, message, nth, how);
  }
}

function picked(earlier: readonly Uint8Array[], random: SimRandom): readonly Uint8Array[] {
  return earlier.length === 0 ? [] : [random.pick(earlier)];
}

/** What the bytes tell that the message did not. */
function liesIn(bytes: Uint8Array, { frame }: CutMessage): readonly Entry[] {
  if (frame === undefined || !isIndex(frame)) return [];
  const truths = new Set(decodeIndex(frame.body).entries.map(claimOf));
  return entriesIn(bytes).filter((entry) => !truths.has(claimOf(entry)));
}

/** None if nobody could make sense of it. */
function entriesIn(bytes: Uint8Array): readonly Entry[] {
  try {
    const frames = [...new FrameReader().push(bytes)].filter(isIndex);
    return frames.flatMap(({ body }) => decodeIndex(body).entries);
  } catch (error) {
    if (asKithError(error)?.kind === 'invalid') return [];
    throw error;
  }
}

function isIndex({ type }: Frame): boolean {
  return type === MessageType.index || type === MessageType.indexUpdate;
}

function claimOf(entry: Entry): string {
  const { path, kind, deleted, invalid, version, contentHash, mtime, mode } = entry;
  const facts = [
    path,
    kind,
    deleted,
    invalid,
    toHex(contentHash),
    versionKey(version),
    mtime,
    mode,
  ];
  return JSON.stringify(facts);
}
