import assert from 'node:assert/strict';
import { test } from 'node:test';
import { concatBytes } from '../base/bytes.ts';
import { encodeHello, HelloReader } from './hello.ts';

const MAGIC = [0x2e, 0xa7, 0xd9, 0x0b];
const nobody = {
  deviceName: '',
  clientName: '',
  clientVersion: '',
  connections: 0,
  timestamp: 0n,
  started: 0n,
};

test('an empty Hello is one', () => {
  assert.deepEqual(push([...MAGIC, 0, 0, 1, 2]), { used: 6, hello: nobody });
});

test('another magic is refused as soon as four bytes are there, and old ones are told apart', () => {
  for (const magic of ['9f79bc40', '00010000', '00010001']) {
    assert.throws(() => push([...Buffer.from(magic, 'hex')]), {
      code: 'WIRE_HELLO_UNKNOWN',
      kind: 'invalid',
      data: { magic, isOld: true },
    });
  }
  assert.throws(() => push([...Buffer.from('GET / HTTP')]), {
    code: 'WIRE_HELLO_UNKNOWN',
    data: { magic: '47455420', isOld: false },
  });
});

test('32767 bytes are taken and 32768 refused', () => {
  const filling = new Uint8Array(32767 - 4);
  const head = [...MAGIC, 0x7f, 0xff, 0x7a, 0xfb, 0xff, 0x01];
  const whole = concatBytes([Uint8Array.from(head), filling]);
  assert.deepEqual(new HelloReader().push(whole), { used: whole.length, hello: nobody });
  assert.throws(() => push([...MAGIC, 0x80, 0]), { code: 'WIRE_TOO_LARGE', kind: 'invalid' });
});

test('text that is not UTF-8 is shown as well as it can be', () => {
  const { hello } = push([...MAGIC, 0, 4, 10, 2, 0x61, 0xff]);
  assert.equal(hello?.deviceName, 'a\ufffd');
});

test('unknown fields are passed over, and known ones of another wire type too', () => {
  const fields = [0x08, 1, 0x82, 0xa6, 0x1d, 1, 0, 0x20, 3];
  assert.deepEqual(push([...MAGIC, 0, fields.length, ...fields]).hello, {
    ...nobody,
    connections: 3,
  });
});

test('bytes that are no message are refused', () => {
  for (const body of [[10, 5, 1], [0], [7], [0x20], [0x0b, 0x0b]]) {
    const bytes = [...MAGIC, 0, body.length, ...body];
    assert.throws(() => push(bytes), { code: 'WIRE_MALFORMED', kind: 'invalid' });
  }
});

test('a Hello of ours that is too long is a bug', () => {
  const hello = { ...nobody, deviceName: 'x'.repeat(32768) };
  assert.throws(() => encodeHello(hello), { code: 'BUG' });
});

function push(bytes: readonly number[]) {
  return new HelloReader().push(Uint8Array.from(bytes));
}
