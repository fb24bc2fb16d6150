import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BinaryWriter } from '@bufbuild/protobuf/wire';
import { sha256 } from '../../base/sha256.ts';
import { deviceIdFromHash } from '../../model/device-id.ts';
import { bytesTag, varintTag } from '../protobuf.ts';
import { decodeClusterConfig } from './cluster-config.ts';

const SENDER = sha256('sender');
const RECEIVER = sha256('receiver');
const ends = { sender: deviceIdFromHash(SENDER), receiver: deviceIdFromHash(RECEIVER) };
const BOTH = [device(SENDER), device(RECEIVER)];

test('a folder without an entry for the sender or for us is refused', () => {
  assert.throws(() => decode(folder('f', [device(RECEIVER)])), refused('f', 'sender missing'));
  assert.throws(() => decode(folder('f', [device(SENDER)])), refused('f', 'receiver missing'));
});

test('a device id that is not 32 bytes is refused', () => {
  for (const id of [new Uint8Array(0), SENDER.subarray(1), new Uint8Array(33)]) {
    assert.throws(
      () => decode(folder('f', [...BOTH, device(id)])),
      refused('', 'device id length'),
    );
  }
});

test('a folder twice and a device twice are refused', () => {
  assert.throws(() => decode(folder('f', BOTH), folder('f', BOTH)), refused('f', 'folder twice'));
  assert.throws(() => decode(folder('f', [...BOTH, device(SENDER)])), refused('f', 'device twice'));
});

test('sequences that cannot be are refused', () => {
  const negative = device(SENDER, (to) => to.uint32(varintTag(6)).int64(-1));
  assert.throws(() => decode(folder('f', [negative, device(RECEIVER)])), refused('f', 'sequence'));
  const huge = device(SENDER, (to) => to.uint32(varintTag(6)).int64(2n ** 53n));
  assert.throws(() => decode(folder('f', [huge])), { code: 'WIRE_MALFORMED' });
});

test('a folder without a name is refused', () => {
  assert.throws(() => decode(folder('', BOTH)), { code: 'FOLDER_ID_INVALID', kind: 'invalid' });
});

test('a token shows that a folder is encrypted for a device', () => {
  const encrypted = device(RECEIVER, (to) => to.uint32(bytesTag(10)).bytes(SENDER));
  const [found] = decode(folder('f', [device(SENDER), encrypted])).folders;
  assert.deepEqual(
    found?.devices.map((one) => one.isEncrypted),
    [false, true],
  );
});

test('any reason to stop reads as paused, and what says nothing to us is passed over', () => {
  const extra = (to: BinaryWriter) => {
    for (const [field, value] of [
      [3, 3],
      [4, 1],
      [5, 1],
      [6, 1],
      [7, 2],
    ] as const) {
      to.uint32(varintTag(field)).int32(value);
    }
  };
  const [found] = decode(folder('f', BOTH, extra)).folders;
  assert.deepEqual([found?.id, found?.isPaused, found?.devices.length], ['f', true, 2]);
});

test('addresses beyond a hundred are left out', () => {
  const chatty = device(SENDER, (to) => {
    for (let i = 0; i < 1000; i++) to.uint32(bytesTag(3)).string('tcp://h');
  });
  const [found] = decode(folder('f', [chatty, device(RECEIVER)])).folders;
  assert.equal(found?.devices[0]?.addresses.length, 100);
});

function decode(...folders: readonly Uint8Array[]) {
  const to = new BinaryWriter();
  for (const one of folders) to.uint32(bytesTag(1)).bytes(one);
  return decodeClusterConfig(to.finish(), ends);
}

type Extra = (to: BinaryWriter) => unknown;

function folder(id: string, devices: readonly Uint8Array[], extra?: Extra): Uint8Array {
  const to = new BinaryWriter();
  to.uint32(bytesTag(1)).string(id);
  for (const one of devices) to.uint32(bytesTag(16)).bytes(one);
  extra?.(to);
  return to.finish();
}

function device(id: Uint8Array, extra?: Extra): Uint8Array {
  const to = new BinaryWriter();
  to.uint32(bytesTag(1)).bytes(id);
  extra?.(to);
  return to.finish();
}

function refused(name: string, reason: string) {
  return { code: 'WIRE_CONFIG_REFUSED', kind: 'invalid', data: { folder: name, reason } };
}
