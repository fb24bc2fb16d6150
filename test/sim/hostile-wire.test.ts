/** Lengths that lie: refused before anything is taken into memory for them, and the only thing that ends is the connection. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SimDevice } from '../../lab/sim/device.ts';
import { FOLDER, type KithWorld } from '../../lab/sim/kith-world.ts';
import { concatBytes } from '../../src/base/bytes.ts';
import { encodeFrame } from '../../src/bep/frame.ts';
import { MessageType } from '../../src/bep/message-type.ts';
import { encodeIndex } from '../../src/bep/messages/index-message.ts';
import { encodeRequest } from '../../src/bep/messages/request.ts';
import { parseRelPath } from '../../src/model/path.ts';
import { fileEntry } from '../support/builders.ts';
import { RawPeer } from './raw-peer.ts';
import { assertTrees, calm, cast, told } from './scene.ts';

const MIB = 1024 * 1024;

/** What is said once the connection stands, and the code with which it ends. */
type Lies = Readonly<Record<string, readonly [string, ...Uint8Array[]]>>;

/** The beginning of a message of this type: header and length, and not a byte of it. */
function announced(type: number, length: number): Uint8Array {
  const bytes = Uint8Array.of(0, 2, 8, type, 0, 0, 0, 0);
  new DataView(bytes.buffer).setUint32(4, length);
  return bytes;
}

/** LZ4 that claims to unpack to so many bytes. */
function packed(type: number, claim: number): Uint8Array {
  const bytes = Uint8Array.of(0, 4, 8, type, 16, 1, 0, 0, 0, 8, 0, 0, 0, 0, 0x10, 0x61, 0, 0);
  new DataView(bytes.buffer).setUint32(10, claim);
  return bytes;
}

function asked(offset: number, size: number): Uint8Array {
  const request = { path: parseRelPath('secret'), offset, size, hash: new Uint8Array(0) };
  return concatBytes(
    encodeFrame(MessageType.request, [encodeRequest({ id: 1, folder: FOLDER, request })]),
  );
}

/** An entry that says that it is of this size. */
function sized(size: number): Uint8Array {
  const entry = { ...fileEntry('x', { path: 'x' }), size, sequence: 1 };
  const body = encodeIndex({ folder: FOLDER, entries: [entry] }, 0);
  return concatBytes(encodeFrame(MessageType.index, [body]));
}

test('MAL-02: a length beyond what its message may have ends the connection before a byte of it has come', () =>
  survived({
    'an index of 500 MB': ['WIRE_TOO_LARGE', announced(MessageType.index, 500e6)],
    'an answer of 2 GB': ['WIRE_TOO_LARGE', announced(MessageType.response, 2 ** 31 - 1)],
    'a ping of 1 MB': ['WIRE_TOO_LARGE', announced(MessageType.ping, MIB)],
    'a message of an unknown type, of 500 MB': ['WIRE_TOO_LARGE', announced(99, 500e6)],
    'a Close that unpacks to 2 GB': ['WIRE_TOO_LARGE', packed(MessageType.close, 2 ** 31 - 1)],
    'a question for 2 GB': ['WIRE_REQUEST_INVALID', asked(0, 2 ** 31 - 1)],
  }));

test('MAL-03: a length that is negative or overflows ends the connection, and nothing else', () =>
  survived({
    'a header of -1 bytes': ['WIRE_MALFORMED', Uint8Array.of(0xff, 0xff)],
    'a message of -1 bytes': ['WIRE_MALFORMED', announced(MessageType.index, 2 ** 32 - 1)],
    'a message of -2 GB': ['WIRE_MALFORMED', announced(MessageType.index, 2 ** 31)],
    'a field of 2^32 - 1 bytes': [
      'WIRE_MALFORMED',
      announced(MessageType.index, 6),
      Uint8Array.of(10, 0xff, 0xff, 0xff, 0xff, 0x0f),
    ],
    'a field whose length has no end': [
      'WIRE_MALFORMED',
      announced(MessageType.index, 12),
      Uint8Array.of(10, ...new Array(11).fill(0xff)),
    ],
    'a question for -1 bytes': ['WIRE_REQUEST_INVALID', asked(0, -1)],
    'a question from -1 on': ['WIRE_REQUEST_INVALID', asked(-1, 1)],
    'a file of -1 bytes': ['WIRE_ENTRY_REFUSED', sized(-1)],
    'a Close that unpacks to -1 bytes': ['WIRE_TOO_LARGE', packed(MessageType.close, 2 ** 32 - 1)],
  }));

/** Tells all the lies, one connection each; the desk ends each of them, and goes on with everybody as before. */
function survived(lies: Lies): Promise<void> {
  return told(cast('laptop', 'desk', 'mallory'), async (world, laptop, desk, mallory) => {
    world.link([
      ['laptop', 'desk'],
      ['desk', 'mallory'],
    ]);
    desk.person.write('secret', 'secret');
    world.up(laptop);
    world.up(desk);
    await calm(world, [laptop, desk]);
    const raw = new RawPeer(mallory, desk, { open: () => undefined });
    for (const [what, [code, ...bytes]] of Object.entries(lies)) {
      const before = desk.log.length;
      raw.dial({ open: (talk) => [talk.hello(), talk.config(1), talk.say(bytes)] });
      await world.run({ ms: 2000 });
      assert.ok(raw.last.hasEnded, `after ${what} it goes on`);
      assert.deepEqual(codesSince(desk, before), [code], what);
    }
    await assertAlive(world, [laptop, desk], raw);
  });
}

/** Codes of what went wrong. */
function codesSince(device: SimDevice, before: number): readonly unknown[] {
  const lines = device.log.slice(before).filter(({ level }) => level !== 'info');
  return lines.map(({ facts }) => facts['code']);
}

async function assertAlive(
  world: KithWorld,
  [laptop, desk]: readonly [SimDevice, SimDevice],
  raw: RawPeer,
): Promise<void> {
  const piece = { path: parseRelPath('secret'), offset: 0, size: 6, hash: new Uint8Array(0) };
  raw.dial({ open: (talk) => talk.introduce([]) });
  await world.run({ ms: 2000 });
  raw.last.request(piece);
  laptop.person.write('later', 'later');
  await calm(world, [laptop]);
  assertTrees([laptop, desk], ['later = later', 'secret = secret']);
  assert.equal(raw.last.heard('response').length, 1, 'in good order it is served');
}
