import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hostPortText, isLoopback, parseHostPort } from './address.ts';
import { deviceAddressSchema, listenAddressSchema } from './address-fields.ts';

test('hosts and ports are read and written alike', () => {
  for (const text of [
    '127.0.0.1:22080',
    'localhost:0',
    '[::1]:65535',
    '[fe80::1%eth0]:1',
    '[fe80::1%br-0.1]:1',
    '[::]:1',
    '[1:2:3:4:5:6:7:8]:1',
    '[1:2:3:4:5:6:7::]:1',
    '[64:ff9b::192.0.2.33]:1',
    'a_b.example:7',
  ]) {
    const parsed = parseHostPort(text);
    assert.ok(parsed !== undefined, text);
    assert.equal(hostPortText(parsed), text);
  }
});

test('what is no HOST:PORT is refused', () => {
  const wrong = [
    '',
    ':1',
    'a',
    'a:',
    'a:65536',
    'a:-1',
    '::1:22',
    '[::1]',
    '[evil]:1',
    '[:]:1',
    '[::1::]:1',
    '[1:2:3:4:5:6:7]:1',
    '[1:2:3:4:5:6:7::8]:1',
    '[12345::]:1',
    '[::1.2.3]:1',
    '[::1.2.3.256]:1',
    '[1.2.3.4]:1',
    '[::1%]:1',
    'a b:1',
    'a/b:1',
    'user@a:1',
    '[::1]x:1',
  ];
  for (const text of wrong) assert.equal(parseHostPort(text), undefined, text);
});

test('only names and addresses of this machine itself are loopback', () => {
  for (const host of [
    'localhost',
    'LOCALHOST',
    '127.0.0.1',
    '127.9.9.9',
    '::1',
    '::ffff:127.0.0.1',
  ]) {
    assert.ok(isLoopback(host), host);
  }
  for (const host of ['127.0.0.1.example', 'localhost.example', '0.0.0.0', '10.0.0.1', '::', '']) {
    assert.ok(!isLoopback(host), host);
  }
});

test('a device may be dynamic but not on port 0; a listener the other way round', () => {
  assert.ok(deviceAddressSchema.safeParse('dynamic').success);
  assert.ok(!deviceAddressSchema.safeParse('tcp://nas:0').success);
  assert.ok(!listenAddressSchema.safeParse('dynamic').success);
  assert.ok(listenAddressSchema.safeParse('tcp://0.0.0.0:0').success);
});
