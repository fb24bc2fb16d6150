import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deviceIdFromHash } from '../model/device-id.ts';
import { configSchema } from './config.ts';
import { mistakesOf, mistakeText } from './mistakes.ts';

const NAS = deviceIdFromHash(new Uint8Array(32).fill(1));
const PHONE = deviceIdFromHash(new Uint8Array(32).fill(2));

function read(data: unknown) {
  return configSchema.parse(data);
}

function mistakes(data: unknown): readonly string[] {
  const result = configSchema.safeParse(data);
  assert.ok(!result.success, 'it should have been refused');
  return mistakesOf(result.error).map(mistakeText);
}

test('a name alone is a configuration with every default', () => {
  assert.deepEqual(read({ name: 'laptop' }), {
    name: 'laptop',
    listen: ['tcp://0.0.0.0:22000'],
    api: { listen: '127.0.0.1:22080' },
    devices: [],
    folders: [],
  });
});

test('folders name devices by name or by id in any spelling, and each counts once', () => {
  const config = read({
    name: 'laptop',
    devices: [{ id: NAS.toLowerCase(), name: 'nas' }, { id: PHONE }],
    folders: [
      { id: 'docs', path: '/docs', devices: ['nas', NAS.replaceAll('-', ''), PHONE.slice(0, 7)] },
    ],
  });
  assert.deepEqual(config.folders[0]?.devices, [NAS, PHONE]);
  assert.deepEqual(config.devices[0], {
    id: NAS,
    name: 'nas',
    addresses: ['dynamic'],
    paused: false,
  });
  assert.equal(config.devices[1]?.name, PHONE.slice(0, 7));
});

test('what is not there yet is refused with a text that says so', () => {
  assert.deepEqual(
    mistakes({
      name: 'a',
      listen: ['quic://0.0.0.0:1', 'dynamic'],
      folders: [{ id: 'f', path: '/f', kind: 'both' }],
    }),
    [
      'listen[0]: "quic://0.0.0.0:1": quic is not available yet; use tcp://HOST:PORT',
      'listen[1]: dynamic cannot be listened on; write tcp://0.0.0.0:22000',
      'folders[0].kind: "both" is not a kind of folder; use send-receive, send-only, receive-only',
    ],
  );
});

test('an unknown key is answered with the known ones', () => {
  assert.deepEqual(mistakes({ name: 'a', folder: [] }), [
    'folder: is not a key that may stand here; known are name, listen, api, devices, folders',
  ]);
  assert.deepEqual(mistakes({ name: 'a', api: { listen: '127.0.0.1:1', tls: true } }), [
    'api.tls: is not a key that may stand here; known are listen',
  ]);
});

test('ids and names are unique, and a reference leads somewhere', () => {
  const devices = [
    { id: NAS, name: 'nas' },
    { id: NAS, name: 'other' },
    { id: PHONE, name: 'nas' },
  ];
  const folders = [
    { id: 'f', path: '/f', devices: ['nobody'] },
    { id: 'f', path: '/g' },
  ];
  assert.deepEqual(mistakes({ name: 'a', devices, folders }), [
    'devices[1].id: this device is listed twice',
    'devices[2].name: another device has this name; give each its own',
    'folders[1].id: another folder has this id; give each its own',
    'folders[0].devices[0]: no device is called "nobody"; add it under devices first',
  ]);
});

test('values of the wrong type are named with what belongs there', () => {
  assert.deepEqual(
    mistakes({ name: 7, listen: 'tcp://a:1', folders: [{ id: 2024, path: 'docs' }] }),
    [
      'name: must be text; put it in quotes',
      'listen: must be a list',
      'folders[0].id: must be text; put it in quotes',
      'folders[0].path: must be an absolute path',
    ],
  );
});

test('a name of a device that reads as a device id is refused, for it would hide the device with that id', () => {
  assert.deepEqual(mistakes({ name: 'a', devices: [{ id: NAS, name: PHONE }] }), [
    'devices[0].name: must not look like a device id',
  ]);
});
