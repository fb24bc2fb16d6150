/** What holds of everything that a device said and that was not refused. */

import assert from 'node:assert/strict';
import { concatBytes } from '../../../src/base/bytes.ts';
import { decodeClose, encodeClose } from '../../../src/bep/messages/close.ts';
import {
  type ClusterConfig,
  decodeClusterConfig,
  encodeClusterConfig,
} from '../../../src/bep/messages/cluster-config.ts';
import type { ProgressMessage } from '../../../src/bep/messages/download-progress.ts';
import {
  decodeIndex,
  encodeIndex,
  type HeardIndex,
} from '../../../src/bep/messages/index-message.ts';
import {
  decodeRequest,
  encodeRequest,
  MAX_REQUEST_BYTES,
  type RequestMessage,
} from '../../../src/bep/messages/request.ts';
import {
  decodeResponse,
  encodeResponse,
  type ResponseMessage,
} from '../../../src/bep/messages/response.ts';
import { blockCount } from '../../../src/model/block.ts';
import type { Version } from '../../../src/model/version.ts';
import { sampleEnds } from './bep-samples.ts';
import { checkPath } from './path-laws.ts';

const { self, peer } = sampleEnds;

/** Names stay inside, versions are in order, contents fit, and all of it survives being sent on. */
export function checkIndex(heard: HeardIndex): void {
  assert.ok(heard.prevSequence >= 0, 'a negative sequence before');
  for (const entry of heard.entries) {
    checkPath(entry.path);
    checkVersion(entry.version);
    assert.ok(entry.sequence > 0 && entry.size >= 0, 'sequence and size');
    assert.ok(entry.mode >= 0 && entry.mode <= 0o777, 'mode');
    assert.ok(entry.mtime.ns >= 0 && entry.mtime.ns < 1e9 && Number.isSafeInteger(entry.mtime.s));
    const hashes = entry.blocks.length / 32;
    const hasBlocks = entry.kind === 'file' && !entry.deleted && hashes > 0;
    if (hasBlocks) assert.equal(hashes, blockCount(entry.size, entry.blockSize), 'blocks');
    else assert.equal(hashes, 0, 'blocks of what has none');
  }
  const again = decodeIndex(encodeIndex(heard, heard.prevSequence));
  assert.deepEqual(again, heard);
}

/** Both ends are in every folder, each folder and device stands there once. */
export function checkConfig(config: ClusterConfig): void {
  for (const { devices } of config.folders) {
    const ids = devices.map(({ id }) => id);
    assert.ok(ids.includes(self) && ids.includes(peer), 'an end is missing');
    assert.equal(new Set(ids).size, ids.length, 'a device twice');
    assert.ok(
      devices.every(({ sequence }) => sequence >= 0),
      'a negative sequence',
    );
  }
  assert.equal(new Set(config.folders.map(({ id }) => id)).size, config.folders.length);
  const plain = {
    folders: config.folders.map((folder) => ({
      ...folder,
      isPaused: false,
      devices: folder.devices.map((device) => ({ ...device, isEncrypted: false })),
    })),
  };
  const read = decodeClusterConfig(encodeClusterConfig(config), { sender: peer, receiver: self });
  const again = { folders: read.folders.map((folder) => ({ ...folder, isPaused: false })) };
  assert.deepEqual(again, plain);
}

/** It asks for a bounded piece of a path inside. */
export function checkRequest(message: RequestMessage): void {
  const { path, offset, size } = message.request;
  checkPath(path);
  assert.ok(offset >= 0 && size >= 0 && size <= MAX_REQUEST_BYTES, 'a piece beyond all bounds');
  assert.deepEqual(decodeRequest(encodeRequest(message)), message);
}

/** It survives being sent on. */
export function checkResponse(message: ResponseMessage): void {
  assert.deepEqual(decodeResponse(concatBytes(encodeResponse(message))), message);
}

/** Paths stay inside, versions are in order, blocks have numbers. */
export function checkProgress({ updates }: Pick<ProgressMessage, 'updates'>): void {
  for (const { path, version, blockIndexes } of updates) {
    checkPath(path);
    checkVersion(version);
    assert.ok(
      blockIndexes.every((index) => index >= 0),
      'a negative block',
    );
  }
}

/** Short enough to be shown, and the same when it is said again. */
export function checkReason(reason: string): void {
  assert.ok(reason.length <= 1000);
  assert.equal(decodeClose(encodeClose(reason)), reason.toWellFormed());
}

function checkVersion(version: Version): void {
  for (const [at, { id, value }] of version.entries()) {
    assert.ok(value > 0n, 'a counter of zero');
    assert.ok(at === 0 || (version[at - 1]?.id ?? 0n) < id, 'counters out of order');
  }
}
