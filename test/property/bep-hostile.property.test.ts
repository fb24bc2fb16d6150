/** Whatever a device sends: a refusal of kind `invalid` or nothing wrong, never another error and never half a message. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { concatBytes } from '../../src/base/bytes.ts';
import { KithError } from '../../src/base/error.ts';
import { encodeFrame } from '../../src/bep/frame.ts';
import { MessageType } from '../../src/bep/message-type.ts';
import { encodeClusterConfig } from '../../src/bep/messages/cluster-config.ts';
import { encodeIndex } from '../../src/bep/messages/index-message.ts';
import { encodeRequest } from '../../src/bep/messages/request.ts';
import { BepSession, type SessionEvent } from '../../src/bep/session.ts';
import { parseFolderId } from '../../src/model/folder.ts';
import { parseRelPath } from '../../src/model/path.ts';
import { clusterConfigs, ends, entries, paths } from './bep-arbitraries.ts';

const hello = Uint8Array.of(0x2e, 0xa7, 0xd9, 0x0b, 0, 0);
const config = concatBytes(encodeFrame(MessageType.clusterConfig, []));
const folder = parseFolderId('f1');
/** Close with a reason of 200 times "a", as LZ4. */
const packedClose = Uint8Array.from(
  Buffer.from('00040807100100000012000000cb4f0ac801610100af506161616161', 'hex'),
);

test('random bytes in place of Hello, of a frame or of a message are refused as invalid', () => {
  const bytes = fc.uint8Array({ maxLength: 200 });
  const types = fc.constantFrom(...Object.values(MessageType));
  const streams = fc.oneof(
    bytes,
    bytes.map((rest) => concatBytes([hello, rest])),
    bytes.map((rest) => concatBytes([hello, config, rest])),
    fc.tuple(types, bytes).map(([type, body]) => streamOf(encodeFrame(type, [body]))),
    fc.tuple(types, bytes).map(([type, body]) => streamOf(packed(type, body))),
  );
  fc.assert(fc.property(streams, surviving), { numRuns: 3000 });
});

test('messages with bytes altered, taken out or put in are refused as invalid or read', () => {
  const requests = paths.map((path) =>
    encodeRequest({ id: 1, folder, request: { path, offset: 5, size: 7, hash: hello } }),
  );
  const messages = fc.oneof(
    fc.array(entries, { maxLength: 4 }).map((sent) => ({
      type: MessageType.index,
      body: encodeIndex({ folder, entries: sent }, 3),
    })),
    clusterConfigs.map((sent) => ({
      type: MessageType.clusterConfig,
      body: encodeClusterConfig(sent),
    })),
    requests.map((body) => ({ type: MessageType.request, body })),
  );
  const wounds = fc.array(
    fc.record({ at: fc.nat(), remove: fc.nat(3), insert: fc.uint8Array({ maxLength: 3 }) }),
    { minLength: 1, maxLength: 3 },
  );
  fc.assert(
    fc.property(messages, wounds, ({ type, body }, damage) => {
      let wounded = body;
      for (const { at, remove, insert } of damage) {
        const place = at % (wounded.length + 1);
        wounded = concatBytes([
          wounded.subarray(0, place),
          insert,
          wounded.subarray(place + remove),
        ]);
      }
      surviving(streamOf(encodeFrame(type, [wounded])));
    }),
    { numRuns: 3000 },
  );
});

test('NET-07: a connection cut after any byte has yielded whole messages and nothing of the next', () => {
  const sent = fc.sample(entries, { numRuns: 5, seed: 7 });
  const request = { path: parseRelPath('a/b'), offset: 0, size: 9, hash: new Uint8Array(32) };
  const messages = [
    hello,
    config,
    concatBytes(encodeFrame(MessageType.index, [encodeIndex({ folder, entries: sent }, 0)])),
    concatBytes(encodeFrame(MessageType.request, [encodeRequest({ id: 0, folder, request })])),
    packedClose,
  ];
  const borders = messages.map((_, i) => concatBytes(messages.slice(0, i + 1)).length);
  const stream = concatBytes(messages);
  const whole = eventsOf([stream]);
  assert.equal(whole.length, messages.length);
  for (let at = 0; at <= stream.length; at++) {
    const expected = whole.slice(0, borders.filter((end) => end <= at).length);
    assert.deepEqual(eventsOf([stream.slice(0, at)]), expected);
  }
});

function surviving(stream: Uint8Array): void {
  try {
    eventsOf([stream]);
  } catch (error) {
    assert.ok(error instanceof KithError, String(error));
    assert.equal(error.kind, 'invalid', error.code);
  }
}

function eventsOf(pieces: readonly Uint8Array[]): SessionEvent[] {
  const session = new BepSession(ends);
  return pieces.flatMap((piece) => [...session.receive(piece)]);
}

function streamOf(frame: readonly Uint8Array[]): Uint8Array {
  return concatBytes([hello, config, ...frame]);
}

/** A frame that says its body is LZ4. */
function packed(type: MessageType, body: Uint8Array): Uint8Array[] {
  const [prefix] = encodeFrame(type, [body]);
  const length = prefix?.subarray(-4) ?? hello;
  return [Uint8Array.of(0, 4, 8, type, 16, 1), length, body];
}
