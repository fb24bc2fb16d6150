/** The decoders of BEP one by one, below the framing. */

import assert from 'node:assert/strict';
import { concatBytes } from '../../../src/base/bytes.ts';
import { encodeFrame, type Frame, FrameReader } from '../../../src/bep/frame.ts';
import { encodeHello, HelloReader } from '../../../src/bep/hello.ts';
import { limitOf } from '../../../src/bep/message-type.ts';
import { decodeClose, decodePing, encodeClose } from '../../../src/bep/messages/close.ts';
import { decodeClusterConfig } from '../../../src/bep/messages/cluster-config.ts';
import { decodeProgress } from '../../../src/bep/messages/download-progress.ts';
import { decodeIndex } from '../../../src/bep/messages/index-message.ts';
import { decodeRequest } from '../../../src/bep/messages/request.ts';
import { decodeResponse } from '../../../src/bep/messages/response.ts';
import { mutateProtobuf } from '../mutate-protobuf.ts';
import { type FuzzTarget, unlessRefused } from '../target.ts';
import {
  checkConfig,
  checkIndex,
  checkProgress,
  checkReason,
  checkRequest,
  checkResponse,
} from './bep-laws.ts';
import {
  bodiesByType,
  configBodies,
  indexBodies,
  progressBodies,
  requestBodies,
  responseBodies,
  sampleEnds,
} from './bep-samples.ts';
import { mutateFrames, packedFrame, rawFrame } from './bep-stream.ts';

const { self, peer } = sampleEnds;
const MIB = 1024 * 1024;

export const clusterConfig: FuzzTarget = message({
  seeds: configBodies,
  decode: (bytes) => decodeClusterConfig(bytes, { sender: peer, receiver: self }),
  check: checkConfig,
});

export const index: FuzzTarget = message({
  seeds: indexBodies,
  decode: decodeIndex,
  check: checkIndex,
});

export const request: FuzzTarget = message({
  seeds: requestBodies,
  decode: decodeRequest,
  check: checkRequest,
});

export const response: FuzzTarget = message({
  seeds: responseBodies,
  decode: decodeResponse,
  check: checkResponse,
});

export const progress: FuzzTarget = message({
  seeds: progressBodies,
  decode: decodeProgress,
  check: checkProgress,
});

export const close: FuzzTarget = message({
  seeds: () => [encodeClose(''), encodeClose('the end')],
  decode: (bytes) => {
    decodePing(bytes);
    return decodeClose(bytes);
  },
  check: checkReason,
});

export const hello: FuzzTarget = {
  seeds: () => {
    const plain = {
      clientName: 'x',
      clientVersion: 'v1',
      connections: 0,
      timestamp: -1n,
      started: 0n,
    };
    return [
      encodeHello({ ...plain, deviceName: 'name' }),
      encodeHello({ ...plain, deviceName: '' }),
    ];
  },
  mutate: (input, from) => {
    if (input.length < 6) return undefined;
    const body = mutateProtobuf(input.slice(6), from).slice(0, 0x7fff);
    const bytes = concatBytes([input.subarray(0, 6), body]);
    new DataView(bytes.buffer).setUint16(4, body.length);
    return bytes;
  },
  run: (stream) => {
    const read = unlessRefused(() => new HelloReader().push(stream));
    if (read === undefined) return;
    assert.ok(read.used <= stream.length);
    const reader = new HelloReader();
    const parts = Array.from(stream.subarray(0, read.used), (byte) =>
      reader.push(Uint8Array.of(byte)),
    );
    // A Hello without a body is whole with its length, so that its last byte completes it either way.
    assert.deepEqual(parts.at(-1)?.hello, read.hello, 'it depends on how the stream is cut');
    if (read.hello === undefined || read.hello.deviceName.length > 5000) return;
    const text = JSON.stringify([
      read.hello.deviceName,
      read.hello.clientName,
      read.hello.clientVersion,
    ]);
    if (text.length > 5000) return;
    const again = new HelloReader().push(encodeHello(read.hello)).hello;
    assert.deepEqual(again, read.hello);
  },
};

export const frame: FuzzTarget = {
  seeds: (random) => {
    const bodies = bodiesByType(random);
    return [
      ...bodies.map(([type, body]) => rawFrame({ header: Uint8Array.of(8, type), body })),
      ...bodies.map(([type, body]) => packedFrame(type, body)),
      rawFrame({ header: Uint8Array.of(8, 99), body: new Uint8Array(9) }),
    ];
  },
  limitBytes: (length) => 64 * MIB + MIB + 255 * length,
  mutate: mutateFrames,
  run: (stream) => {
    const frames: Frame[] = [];
    unlessRefused(() => {
      for (const each of new FrameReader().push(stream)) frames.push(each);
    });
    for (const { type, body } of frames) {
      assert.ok(body.length <= limitOf(type), 'a body beyond the limit of its type');
      assert.equal(body.buffer.byteLength, body.length, 'a body in a buffer of others');
    }
    const again = frames.flatMap(({ type, body }) => encodeFrame(type, [body]));
    assert.deepEqual([...new FrameReader().push(concatBytes(again))], frames);
  },
};

/** A message that is decoded from its body alone. */
function message<Message>({
  seeds,
  decode,
  check,
}: {
  readonly seeds: FuzzTarget['seeds'];
  readonly decode: (bytes: Uint8Array) => Message;
  readonly check: (message: Message) => void;
}): FuzzTarget {
  return {
    seeds,
    mutate: mutateProtobuf,
    run: (bytes) => {
      const before = bytes.slice();
      const read = unlessRefused(() => decode(bytes));
      assert.deepEqual(bytes, before, 'it changes what it was given');
      if (read !== undefined) check(read);
    },
  };
}
