import assert from 'node:assert/strict';
import { test } from 'node:test';
import { concatBytes } from '../base/bytes.ts';
import { sha256 } from '../base/sha256.ts';
import { deviceIdFromHash } from '../model/device-id.ts';
import { parseFolderId } from '../model/folder.ts';
import { parseRelPath } from '../model/path.ts';
import { encodeFrame } from './frame.ts';
import { MessageType } from './message-type.ts';
import type { ClusterConfig } from './messages/cluster-config.ts';
import { encodeResponse } from './messages/response.ts';
import { BepSession, MAX_OUTSTANDING_REQUESTS, type Outgoing } from './session.ts';

const alice = deviceIdFromHash(sha256('alice'));
const bob = deviceIdFromHash(sha256('bob'));
const folder = parseFolderId('f');
const piece = { path: parseRelPath('a/b'), offset: 0, size: 5, hash: new Uint8Array(32) };
const hello = {
  deviceName: 'alice',
  clientName: 'kith',
  clientVersion: 'v0',
  connections: 1,
  timestamp: 5n,
  started: 6n,
};
const config: ClusterConfig = {
  folders: [{ id: folder, label: 'F', isPaused: false, devices: [device(alice), device(bob)] }],
};

test('two sessions say to each other what they were told to say', () => {
  const { a, b } = opened();
  const { id, out } = a.request(folder, piece);
  assert.deepEqual(hear(b, out), [{ kind: 'request', id, folder, request: piece }]);
  const data = new TextEncoder().encode('hello');
  assert.deepEqual(hear(a, b.response(id, data)), [{ kind: 'response', id, data }]);
  const index = { folder, entries: [] };
  assert.deepEqual(hear(a, b.index(index, { kind: 'full' })), [
    { kind: 'index', news: 'full', prevSequence: 0, ...index },
  ]);
  assert.deepEqual(hear(a, b.index(index, { kind: 'update', prevSequence: 3 })), [
    { kind: 'index', news: 'update', prevSequence: 3, ...index },
  ]);
  assert.deepEqual(hear(a, b.ping()), [{ kind: 'ping' }]);
  assert.deepEqual(hear(a, b.clusterConfig({ folders: [] })), [
    { kind: 'cluster-config', config: { folders: [] } },
  ]);
  assert.deepEqual(hear(a, b.close('bye')), [{ kind: 'close', reason: 'bye' }]);
});

test('Hello, cluster config and more may come in one piece', () => {
  const [a, b] = [session(alice), session(bob)];
  const all = [...a.hello(hello), ...a.clusterConfig(config), ...a.ping()];
  assert.deepEqual(
    hear(b, all).map((event) => event.kind),
    ['hello', 'cluster-config', 'ping'],
  );
});

test('a known message before the cluster config is refused, Close alone excepted', () => {
  for (const type of Object.values(MessageType)) {
    if (type === MessageType.clusterConfig || type === MessageType.close) continue;
    const early = session(bob);
    hear(early, session(alice).hello(hello));
    assert.throws(() => hear(early, encodeFrame(type, [])), {
      code: 'WIRE_UNEXPECTED',
      kind: 'invalid',
    });
  }
  const early = session(bob);
  hear(early, session(alice).hello(hello));
  assert.deepEqual(hear(early, encodeFrame(MessageType.close, [])), [
    { kind: 'close', reason: '' },
  ]);
});

test('an error stays: nothing is read after it', () => {
  const { a } = opened();
  const bad = encodeFrame(MessageType.close, [Uint8Array.of(10)]);
  for (let i = 0; i < 2; i++) assert.throws(() => hear(a, bad), { code: 'WIRE_MALFORMED' });
});

test('what was whole before an error is told before it is thrown', () => {
  const { a, b } = opened();
  const events = a.receive(concatBytes([...b.ping(), Uint8Array.of(0x80, 0)]));
  assert.deepEqual(events.next().value, { kind: 'ping' });
  assert.throws(() => events.next(), { code: 'WIRE_MALFORMED' });
});

test('what follows a Close is passed over', () => {
  const { a, b } = opened();
  const all = [...b.ping(), ...b.close('x'), Uint8Array.of(0xff, 0xff, 0xff)];
  assert.deepEqual(
    hear(a, all).map((event) => event.kind),
    ['ping', 'close'],
  );
  assert.deepEqual(hear(a, [Uint8Array.of(0xff, 0xff)]), []);
});

test('an answer of another length than was asked for counts as a refusal', () => {
  for (const length of [0, 4, 6]) {
    const { a, b } = opened();
    const { id } = a.request(folder, piece);
    assert.deepEqual(hear(a, b.response(id, new Uint8Array(length))), [
      { kind: 'refused', id, reason: 'wrong-length' },
    ]);
    assert.equal(a.outstanding, 0);
  }
});

test('a refusal keeps its reason, and a code that is not known is generic', () => {
  const { a, b } = opened();
  for (const reason of ['generic', 'no-such-file', 'invalid-file'] as const) {
    const { id } = a.request(folder, piece);
    assert.deepEqual(hear(a, b.response(id, reason)), [{ kind: 'refused', id, reason }]);
  }
  const { id } = a.request(folder, piece);
  const strange = encodeFrame(MessageType.response, [Uint8Array.of(8, id, 24, 9)]);
  assert.deepEqual(hear(a, strange), [{ kind: 'refused', id, reason: 'generic' }]);
});

test('an answer to nothing, or a second answer, is passed over', () => {
  const { a, b } = opened();
  assert.deepEqual(hear(a, b.response(77, 'generic')), []);
  const { id } = a.request(folder, piece);
  assert.equal(hear(a, b.response(id, 'generic')).length, 1);
  assert.deepEqual(hear(a, b.response(id, 'generic')), []);
});

test('ids of waiting requests differ, however many were answered before', () => {
  const { a, b } = opened();
  const waiting = new Set([a.request(folder, piece).id]);
  for (let i = 0; i < 200; i++) {
    const { id } = a.request(folder, piece);
    assert.ok(!waiting.has(id));
    if (i % 3 === 0) waiting.add(id);
    else hear(a, b.response(id, 'generic'));
    assert.equal(a.outstanding, waiting.size);
  }
});

test('requests that wait are bounded', () => {
  const { a } = opened();
  for (let i = 0; i < MAX_OUTSTANDING_REQUESTS; i++) a.request(folder, piece);
  assert.throws(() => a.request(folder, piece), { code: 'BUG' });
});

test('speaking out of turn is a bug of ours', () => {
  const fresh = session(alice);
  assert.throws(() => fresh.clusterConfig(config), { code: 'BUG' });
  assert.throws(() => fresh.close('x'), { code: 'BUG' });
  fresh.hello(hello);
  assert.throws(() => fresh.hello(hello), { code: 'BUG' });
  assert.throws(() => fresh.ping(), { code: 'BUG' });
  fresh.clusterConfig(config);
  fresh.close('x');
  assert.throws(() => fresh.ping(), { code: 'BUG' });
});

test('the bytes of an answer are not copied on the way out and can be given away on the way in', () => {
  const { a, b } = opened();
  const { id } = a.request(folder, piece);
  const data = new TextEncoder().encode('hello');
  const out = b.response(id, data);
  assert.ok(out.includes(data));
  const [event] = hear(a, out);
  assert.ok(event?.kind === 'response');
  const moved = structuredClone(event.data, { transfer: [event.data.buffer as ArrayBuffer] });
  assert.deepEqual(moved, data);
  assert.deepEqual(hear(a, b.ping()), [{ kind: 'ping' }]);
});

test('an answer within a frame of many pieces is read the same', () => {
  const { a } = opened();
  const { id } = a.request(folder, piece);
  const message = encodeResponse({ id, kind: 'data', data: Uint8Array.of(1, 2, 3, 4, 5) });
  const bytes = concatBytes(encodeFrame(MessageType.response, message));
  const events = [...bytes].flatMap((byte) => hear(a, [Uint8Array.of(byte)]));
  assert.deepEqual(events, [{ kind: 'response', id, data: Uint8Array.of(1, 2, 3, 4, 5) }]);
});

function session(self: typeof alice): BepSession {
  return new BepSession({ self, peer: self === alice ? bob : alice });
}

/** Two sessions that have heard each other's Hello and cluster config. */
function opened() {
  const [a, b] = [session(alice), session(bob)];
  const toB = [...a.hello(hello), ...a.clusterConfig(config)];
  hear(a, [...b.hello(hello), ...b.clusterConfig(config)]);
  assert.deepEqual(hear(b, toB), [
    { kind: 'hello', hello },
    { kind: 'cluster-config', config },
  ]);
  return { a, b };
}

function hear(listener: BepSession, out: Outgoing) {
  return [...listener.receive(concatBytes(out))];
}

function device(id: typeof alice) {
  return { id, name: '', addresses: [], indexId: 7n, sequence: 0, isEncrypted: false };
}
