import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { toHex } from '../base/bytes.ts';
import { sha256 } from '../base/sha256.ts';
import {
  deviceIdBytes,
  deviceIdFromHash,
  parseDeviceId,
  shortId,
  shortIdText,
} from './device-id.ts';

const golden = JSON.parse(
  readFileSync(new URL('../../test/golden/bep-device-ids.json', import.meta.url), 'utf8'),
) as Record<string, string>;
const id = deviceIdFromHash(sha256(Buffer.from(golden['certificate'] ?? '', 'base64')));

test('a certificate has the id that Syncthing shows for it', () => {
  assert.equal(id, golden['id']);
  assert.equal(toHex(deviceIdBytes(id)), golden['hash']);
  assert.equal(deviceIdFromHash(sha256('')), golden['idOfNothing']);
});

test('the short id is the first eight bytes, shown as the first seven characters', () => {
  assert.equal(shortId(id).toString(16), golden['shortId']);
  assert.equal(shortIdText(shortId(id)), golden['shortText']);
});

test('an id may be typed without dashes, in lower case, with look-alikes, or without check characters', () => {
  assert.equal(parseDeviceId(id.replaceAll('-', ' ').toLowerCase()), id);
  assert.equal(parseDeviceId(id.replaceAll('O', '0').replaceAll('B', '8')), id);
  assert.equal(parseDeviceId(golden['unchecked'] ?? ''), id);
});

test('an id with a wrong character, cut short or empty is refused', () => {
  for (const wrong of [`A${id.slice(1)}`, id.slice(0, -1), '', `${id}A`, `9${id.slice(1)}`]) {
    assert.throws(() => parseDeviceId(wrong), { code: 'DEVICE_ID_INVALID', kind: 'invalid' });
  }
});

test('every hash comes back from its id', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (hash) => {
      const made = deviceIdFromHash(hash);
      assert.equal(made.length, 63);
      assert.equal(toHex(deviceIdBytes(parseDeviceId(made))), toHex(hash));
    }),
  );
});
