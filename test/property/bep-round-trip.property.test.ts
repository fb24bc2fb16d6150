/** What is sent is what is read, however the stream is cut. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { concatBytes } from '../../src/base/bytes.ts';
import { type Frame, FrameReader } from '../../src/bep/frame.ts';
import { encodeHello, HelloReader } from '../../src/bep/hello.ts';
import { indexBatches } from '../../src/bep/index-batches.ts';
import { decodeClusterConfig, encodeClusterConfig } from '../../src/bep/messages/cluster-config.ts';
import { decodeIndex, encodeIndex } from '../../src/bep/messages/index-message.ts';
import { decodeRequest, encodeRequest } from '../../src/bep/messages/request.ts';
import { decodeResponse, encodeResponse } from '../../src/bep/messages/response.ts';
import {
  clusterConfigs,
  cut,
  ends,
  entries,
  folderIds,
  frames,
  paths,
  record,
} from './bep-arbitraries.ts';

const int32s = fc.integer({ min: -0x80000000, max: 0x7fffffff });
const cuts = fc.array(fc.nat(), { maxLength: 12 });

test('frames come out as they went in, wherever the stream is cut', () => {
  fc.assert(
    fc.property(fc.array(frames, { maxLength: 6 }), cuts, (sent, places) => {
      const reader = new FrameReader();
      const read: Frame[] = [];
      const whole = concatBytes(sent.flatMap(({ parts }) => parts));
      for (const piece of cut(whole, places)) read.push(...reader.push(piece));
      assert.deepEqual(
        read,
        sent.map(({ frame }) => frame),
      );
      for (const { body } of read) assert.equal(body.buffer.byteLength, body.length);
    }),
    { numRuns: 300 },
  );
});

test('Hello comes out as it went in and leaves what follows alone', () => {
  const hellos = record({
    deviceName: fc.string({ unit: 'grapheme' }),
    clientName: fc.string({ unit: 'grapheme' }),
    clientVersion: fc.string(),
    connections: int32s,
    timestamp: fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n),
    started: fc.bigInt(0n, 2n ** 64n - 1n),
  });
  fc.assert(
    fc.property(hellos, cuts, fc.uint8Array({ maxLength: 5 }), (hello, places, after) => {
      const reader = new HelloReader();
      const bytes = encodeHello(hello);
      const pieces = cut(bytes, places);
      const last = pieces.pop() ?? bytes;
      if (last.length === 0) return;
      for (const piece of pieces) {
        assert.deepEqual(reader.push(piece), { used: piece.length, hello: undefined });
      }
      assert.deepEqual(reader.push(concatBytes([last, after])), { used: last.length, hello });
    }),
  );
});

test('entries come out of an index as they went in', () => {
  fc.assert(
    fc.property(folderIds, fc.array(entries, { maxLength: 8 }), fc.nat(), (folder, sent, prev) => {
      const read = decodeIndex(encodeIndex({ folder, entries: sent }, prev));
      assert.deepEqual([read.folder, read.prevSequence], [folder, prev]);
      assert.deepEqual(
        read.entries.map((entry) => ({ ...entry, contentHash: [...entry.contentHash] })),
        sent.map((entry) => ({ ...entry, contentHash: [...entry.contentHash] })),
      );
    }),
    { numRuns: 300 },
  );
});

test('a cluster config comes out as it went in', () => {
  fc.assert(
    fc.property(clusterConfigs, (config) => {
      const bytes = encodeClusterConfig(config);
      const { self, peer } = ends;
      assert.deepEqual(decodeClusterConfig(bytes, { sender: peer, receiver: self }), config);
    }),
  );
});

test('a request comes out as it went in', () => {
  const requests = record({
    id: int32s,
    folder: folderIds,
    request: record({
      path: paths,
      offset: fc.maxSafeNat(),
      size: fc.nat(32 * 1024 * 1024),
      hash: fc.uint8Array({ maxLength: 50 }),
    }),
  });
  fc.assert(
    fc.property(requests, (request) => {
      assert.deepEqual(decodeRequest(encodeRequest(request)), request);
    }),
  );
});

test('a response comes out as it went in', () => {
  const responses = fc.oneof(
    record({ id: int32s, kind: fc.constant('data' as const), data: fc.uint8Array() }),
    record({
      id: int32s,
      kind: fc.constant('refused' as const),
      reason: fc.constantFrom('generic', 'no-such-file', 'invalid-file'),
    }),
  );
  fc.assert(
    fc.property(responses, (response) => {
      assert.deepEqual(decodeResponse(concatBytes(encodeResponse(response))), response);
    }),
  );
});

test('batches hold every entry once, in order, and only their last entry passes 250 KiB', () => {
  const folder = fc.sample(folderIds, 1)[0];
  assert.ok(folder !== undefined);
  fc.assert(
    fc.property(fc.array(entries, { minLength: 1, maxLength: 20 }), fc.nat(200), (few, times) => {
      const all = Array.from({ length: times }, () => few).flat();
      const batches = [...indexBatches(all)];
      assert.deepEqual(batches.flat(), all);
      for (const batch of batches) {
        assert.ok(batch.length > 0 && batch.length <= 1000);
        const allButLast = { folder, entries: batch.slice(0, -1) };
        assert.ok(encodeIndex(allButLast, 0).length <= 250 * 1024);
      }
    }),
    { numRuns: 20 },
  );
});
