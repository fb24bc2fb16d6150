/** Valid messages of every kind, drawn from the generators of the properties. */

import fc from 'fast-check';
import { concatBytes } from '../../../src/base/bytes.ts';
import { MessageType } from '../../../src/bep/message-type.ts';
import { encodeClose } from '../../../src/bep/messages/close.ts';
import { encodeClusterConfig } from '../../../src/bep/messages/cluster-config.ts';
import { encodeIndex } from '../../../src/bep/messages/index-message.ts';
import { encodeRequest } from '../../../src/bep/messages/request.ts';
import { encodeResponse } from '../../../src/bep/messages/response.ts';
import {
  clusterConfigs,
  ends,
  entries,
  folderIds,
  paths,
} from '../../../test/property/bep-arbitraries.ts';
import type { SimRandom } from '../../sim/random.ts';
import { varint } from '../mutate.ts';

/** The ends between which the samples travel. */
export const sampleEnds = ends;

/** So many values of a generator. */
export function draw<Value>(
  arbitrary: fc.Arbitrary<Value>,
  many: number,
  random: SimRandom,
): Value[] {
  return fc.sample(arbitrary, { numRuns: many, seed: random.u32() | 0 });
}

/** Bodies of Index messages. */
export function indexBodies(random: SimRandom, many = 12): Uint8Array[] {
  const arbitrary = fc.record({ folder: folderIds, entries: fc.array(entries, { maxLength: 3 }) });
  return draw(arbitrary, many, random).map((message, at) => encodeIndex(message, at));
}

/** Bodies of ClusterConfigs from the peer. */
export function configBodies(random: SimRandom, many = 12): Uint8Array[] {
  return draw(clusterConfigs, many, random).map((config) => encodeClusterConfig(config));
}

/** Bodies of Requests. */
export function requestBodies(random: SimRandom, many = 8): Uint8Array[] {
  const request = fc.record({
    path: paths,
    offset: fc.nat(),
    size: fc.nat(1024),
    hash: fc.uint8Array({ minLength: 32, maxLength: 32 }),
  });
  const arbitrary = fc.record({ id: fc.nat(9), folder: folderIds, request });
  return draw(arbitrary, many, random).map((message) => encodeRequest(message));
}

/** Bodies of Responses: data of 0, 5 and 9 bytes, and refusals. */
export function responseBodies(): Uint8Array[] {
  return [0, 1, 2].flatMap((id) => [
    concatBytes(encodeResponse({ id, kind: 'data', data: new Uint8Array([0, 5, 9][id] ?? 0) })),
    concatBytes(encodeResponse({ id, kind: 'refused', reason: 'no-such-file' })),
  ]);
}

/** Bodies of DownloadProgress messages, which Kith does not write. */
export function progressBodies(random: SimRandom, many = 8): Uint8Array[] {
  return draw(
    fc.tuple(folderIds, fc.array(fc.tuple(paths, fc.array(fc.nat(9))), { maxLength: 3 })),
    many,
    random,
  ).map(([folder, updates]) =>
    concatBytes([
      text(1, folder),
      ...updates.map(([path, indexes]) => field(2, update(path, indexes))),
    ]),
  );
}

/** One body of each kind, by the number of its message. */
export function bodiesByType(random: SimRandom): readonly (readonly [number, Uint8Array])[] {
  const of = (type: number, bodies: readonly Uint8Array[]) =>
    bodies.map((body) => [type, body] as const);
  return [
    ...of(MessageType.clusterConfig, configBodies(random, 3)),
    ...of(MessageType.index, indexBodies(random, 6)),
    ...of(MessageType.indexUpdate, indexBodies(random, 3)),
    ...of(MessageType.request, requestBodies(random, 3)),
    ...of(MessageType.response, responseBodies()),
    ...of(MessageType.downloadProgress, progressBodies(random, 3)),
    ...of(MessageType.ping, [new Uint8Array(0)]),
    ...of(MessageType.close, [encodeClose('that is all')]),
  ];
}

function update(path: string, indexes: readonly number[]): Uint8Array {
  const counter = concatBytes([varint(8n), varint(7n), varint(16n), varint(3n)]);
  const numbers = concatBytes(indexes.map((index) => varint(BigInt(index))));
  return concatBytes([
    varint(8n),
    varint(0n),
    text(2, path),
    field(3, field(1, counter)),
    field(4, numbers),
  ]);
}

function text(number: number, value: string): Uint8Array {
  return field(number, new TextEncoder().encode(value));
}

function field(number: number, bytes: Uint8Array): Uint8Array {
  return concatBytes([varint(BigInt(number * 8 + 2)), varint(BigInt(bytes.length)), bytes]);
}
