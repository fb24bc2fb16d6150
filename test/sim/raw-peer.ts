/** A device of a world that is not Kith: it speaks the protocol as a script tells it, hostile if need be. */

import type { SimDevice } from '../../lab/sim/device.ts';
import { FOLDER } from '../../lab/sim/kith-world.ts';
import { asKithError } from '../../src/base/error.ts';
import { encodeFrame } from '../../src/bep/frame.ts';
import { MessageType } from '../../src/bep/message-type.ts';
import { encodeIndex } from '../../src/bep/messages/index-message.ts';
import type { PieceRequest } from '../../src/bep/messages/request.ts';
import { BepSession, type SessionEvent } from '../../src/bep/session.ts';
import type { Entry, SequencedEntry } from '../../src/model/entry.ts';
import type { Connection, Network } from '../../src/ports/network.ts';

const INDEX_ID = 77n;

/** What it does; nothing happens that is not said here. */
export interface Script {
  /** The connection stands; ours to speak. */
  readonly open: (talk: RawTalk) => void;
  /** What is answered to a request; undefined refuses. */
  readonly answer?: (request: PieceRequest) => Uint8Array | undefined;
}

export class RawPeer {
  readonly talks: RawTalk[] = [];
  readonly #device: SimDevice;
  readonly #victim: SimDevice;
  readonly #script: Script;
  readonly #network: Network;

  constructor(device: SimDevice, victim: SimDevice, script: Script) {
    this.#device = device;
    this.#victim = victim;
    this.#script = script;
    this.#network = device.begin({}).ports.network;
  }

  /** Dials the victim as soon as the world runs on. */
  dial(script: Script = this.#script): void {
    const dialled = this.#network.dial(this.#victim.address, new AbortController().signal);
    void dialled.then((connection) => {
      const ends = { self: this.#device.id, peer: this.#victim.id };
      const talk = new RawTalk(connection, ends, script);
      this.talks.push(talk);
      void talk.run().catch((error: unknown) => {
        // The story itself may break the connection; `hasEnded` tells.
        if (asKithError(error, 'CONNECTION_LOST') === undefined) throw error;
      });
    });
  }

  /** The conversation of the last dial; throws if there is none. */
  get last(): RawTalk {
    const talk = this.talks.at(-1);
    if (talk === undefined) throw new Error('nobody was reached');
    return talk;
  }
}

export class RawTalk {
  readonly events: SessionEvent[] = [];
  hasEnded = false;
  readonly #connection: Connection;
  readonly #ends: { readonly self: SimDevice['id']; readonly peer: SimDevice['id'] };
  readonly #session: BepSession;
  readonly #script: Script;

  constructor(
    connection: Connection,
    ends: { readonly self: SimDevice['id']; readonly peer: SimDevice['id'] },
    script: Script,
  ) {
    this.#connection = connection;
    this.#ends = ends;
    this.#session = new BepSession(ends);
    this.#script = script;
  }

  /** Reads until the other side ends it. */
  async run(): Promise<void> {
    this.#script.open(this);
    try {
      for await (const pieces of this.#connection.incoming) {
        for (const piece of pieces) {
          for (const event of this.#session.receive(piece)) this.#hear(event);
        }
      }
    } catch (error) {
      // To be hung up on is an end like any other.
      if (asKithError(error, 'CONNECTION_LOST') === undefined) throw error;
    } finally {
      this.hasEnded = true;
      this.#connection.destroy();
    }
  }

  heard<Kind extends SessionEvent['kind']>(kind: Kind): Extract<SessionEvent, { kind: Kind }>[] {
    return this.events.filter((event) => event.kind === kind) as never;
  }

  hello(): void {
    const facts = { deviceName: 'raw', clientName: 'raw', clientVersion: 'v1' };
    this.say(this.#session.hello({ ...facts, connections: 1, timestamp: 1n, started: 0n }));
  }

  /** Says that it shares the folder with the victim, and has an index (of this id) up to `sequence`. */
  config(sequence: number, indexId = INDEX_ID, id = FOLDER): void {
    const { self, peer } = this.#ends;
    const plain = { name: '', addresses: [], isEncrypted: false };
    const devices = [
      { ...plain, id: self, indexId, sequence },
      { ...plain, id: peer, indexId: 0n, sequence: 0 },
    ];
    const folder = { id, label: '', isPaused: false, devices };
    this.say(this.#session.clusterConfig({ folders: [folder] }));
  }

  /** Announces these entries as its whole index, in this order, whatever state the session is in. */
  index(entries: readonly Entry[]): void {
    this.say(
      encodeFrame(MessageType.index, [
        encodeIndex({ folder: FOLDER, entries: numbered(entries) }, 0),
      ]),
    );
  }

  /** Announces these entries as what is new; `prevSequence`: what it says to have sent before, 0 for nothing. */
  update(entries: readonly SequencedEntry[], prevSequence: number): void {
    const body = encodeIndex({ folder: FOLDER, entries }, prevSequence);
    this.say(encodeFrame(MessageType.indexUpdate, [body]));
  }

  /** Introduces itself in good order and announces these entries. */
  introduce(entries: readonly Entry[]): void {
    this.hello();
    this.config(entries.length);
    this.index(entries);
  }

  request(request: PieceRequest, folder = FOLDER): void {
    this.say(this.#session.request(folder, request).out);
  }

  say(parts: readonly Uint8Array[]): void {
    // The other side may be gone already; `hasEnded` tells.
    void this.#connection.write(parts).catch(() => undefined);
  }

  #hear(event: SessionEvent): void {
    this.events.push(event);
    if (event.kind !== 'request') return;
    const answer = this.#script.answer?.(event.request);
    this.say(this.#session.response(event.id, answer ?? 'generic'));
  }
}

function numbered(entries: readonly Entry[]): readonly SequencedEntry[] {
  return entries.map((entry, index) => ({ ...entry, sequence: index + 1 }));
}
