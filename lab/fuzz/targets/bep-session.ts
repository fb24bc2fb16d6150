/** Whole connections: Hello, then frames, however the stream is cut. */

import assert from 'node:assert/strict';
import { concatBytes } from '../../../src/base/bytes.ts';
import { asKithError } from '../../../src/base/error.ts';
import { encodeHello } from '../../../src/bep/hello.ts';
import { BepSession, type SessionEvent } from '../../../src/bep/session.ts';
import { parseFolderId } from '../../../src/model/folder.ts';
import { parseRelPath } from '../../../src/model/path.ts';
import type { FuzzTarget } from '../target.ts';
import { checkConfig, checkIndex, checkProgress, checkReason, checkRequest } from './bep-laws.ts';
import { bodiesByType, sampleEnds } from './bep-samples.ts';
import { mutateStream, packedFrame, rawFrame } from './bep-stream.ts';

const MIB = 1024 * 1024;
const HELLO = {
  deviceName: 'peer',
  clientName: 'x',
  clientVersion: 'v1',
  connections: 1,
  timestamp: 5n,
  started: 0n,
};
/** Sizes of what was asked for; ids are the places in this list. */
const ASKED = [0, 5, 9];

interface Played {
  readonly events: readonly SessionEvent[];
  /** Code of what the session ended with. */
  readonly refused: string | undefined;
}

export const bepSession: FuzzTarget = {
  seeds: (random) => {
    const bodies = bodiesByType(random);
    const config = rawFrame({ header: new Uint8Array(0), body: new Uint8Array(0) });
    const start = [encodeHello(HELLO), config];
    const single = bodies.map(([type, body]) => concatBytes([...start, plainFrame(type, body)]));
    const packed = bodies.map(([type, body]) => concatBytes([...start, packedFrame(type, body)]));
    const all = bodies.map(([type, body]) => plainFrame(type, body));
    return [
      encodeHello(HELLO),
      concatBytes(start),
      ...single,
      ...packed,
      concatBytes([...start, ...all]),
    ];
  },
  // The last message may be announced at its greatest, twice, for the stream is played twice; what came may be unpacked.
  limitBytes: (length) => 2 * 64 * MIB + MIB + 4 * 255 * length,
  limitMs: 200,
  mutate: mutateStream,
  run: (stream) => {
    const whole = play([stream]);
    assert.deepEqual(play(pieces(stream)), whole, 'it depends on how the stream is cut');
    for (const event of whole.events) check(event);
  },
};

function plainFrame(type: number, body: Uint8Array): Uint8Array {
  return rawFrame({ header: Uint8Array.of(8, type), body });
}

function play(stream: readonly Uint8Array[]): Played {
  const session = opened();
  const events: SessionEvent[] = [];
  for (const piece of stream) {
    const before = piece.slice();
    try {
      for (const event of session.receive(piece)) {
        assert.notEqual(events.at(-1)?.kind, 'close', 'an event after Close');
        events.push(event);
      }
    } catch (error) {
      if (asKithError(error)?.kind !== 'invalid') throw error;
      for (const next of [piece, new Uint8Array(0), encodeHello(HELLO)]) {
        assert.throws(
          () => [...session.receive(next)],
          (later) => later === error,
          'it goes on',
        );
      }
      return { events, refused: asKithError(error)?.code };
    }
    assert.deepEqual(piece, before, 'it changes what it was given');
  }
  assert.ok(session.outstanding <= ASKED.length);
  return { events, refused: undefined };
}

function opened(): BepSession {
  const session = new BepSession(sampleEnds);
  const folder = parseFolderId('f');
  session.hello(HELLO);
  session.clusterConfig({ folders: [] });
  for (const size of ASKED) {
    session.request(folder, { path: parseRelPath('a'), offset: 0, size, hash: new Uint8Array(0) });
  }
  return session;
}

/** The stream in pieces of which the lengths follow from its bytes. */
function pieces(stream: Uint8Array): Uint8Array[] {
  const cut: Uint8Array[] = [];
  for (let at = 0; at < stream.length; ) {
    const length = 1 + ((stream[at] ?? 0) % 7) * (stream.length > 2000 ? 100 : 3);
    cut.push(stream.slice(at, at + length));
    at += length;
  }
  return cut;
}

function check(event: SessionEvent): void {
  if (event.kind === 'index') {
    const { kind: _, news: __, ...heard } = event;
    checkIndex(heard);
  } else if (event.kind === 'cluster-config') checkConfig(event.config);
  else if (event.kind === 'request') {
    const { kind: _, ...message } = event;
    checkRequest(message);
  } else if (event.kind === 'progress') checkProgress(event);
  else if (event.kind === 'response') assert.equal(event.data.length, ASKED[event.id]);
  else if (event.kind === 'close') checkReason(event.reason);
}
