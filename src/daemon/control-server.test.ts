import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFile, stat } from 'node:fs/promises';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { EMPTY_REPORT, FakeService } from '../../test/support/fake-daemon.ts';
import { temporaryDirectory } from '../../test/support/temporary.ts';
import { until } from '../../test/support/until.ts';
import type { Configuration } from '../api/control.ts';
import { type ErrorCode, KithError } from '../base/error.ts';
import { deviceIdFromHash } from '../model/device-id.ts';
import { buildControlServer, startControlServer } from './control-server.ts';
import { initHome } from './init.ts';

const TOKEN = 'correct-horse-battery-staple-0123456789';
const NAS = deviceIdFromHash(new Uint8Array(32).fill(1));
const LISTEN = { host: '127.0.0.1', port: 22080 };
const HEADERS = { host: '127.0.0.1:22080', authorization: `Bearer ${TOKEN}` };

interface Answer {
  readonly code: ErrorCode;
  readonly text: string;
  readonly data: { readonly reasons?: readonly string[] };
}

async function serve(t: TestContext) {
  const home = path.join(await temporaryDirectory(t), 'home');
  await initHome(home, { name: 'laptop', listen: [], api: '127.0.0.1:0' });
  const service = new FakeService({ home });
  const events: string[] = [];
  const log = { write: (_level: string, event: string) => void events.push(event) };
  const options = { service, token: TOKEN, listen: LISTEN, log };
  const { app } = buildControlServer(options);
  t.after(() => app.close());
  return { app, service, options, events, home };
}

const ROUTES = [
  ['GET', '/api/v1/status'],
  ['GET', '/api/v1/devices'],
  ['POST', '/api/v1/devices'],
  ['DELETE', '/api/v1/devices/nas'],
  ['GET', '/api/v1/folders'],
  ['POST', '/api/v1/folders'],
  ['DELETE', '/api/v1/folders/docs'],
  ['POST', '/api/v1/folders/docs/share'],
  ['POST', '/api/v1/rescan'],
  ['GET', '/api/v1/events'],
  ['GET', '/'],
  ['GET', '/api/v1/nothing'],
  ['OPTIONS', '/api/v1/status'],
  ['HEAD', '/api/v1/status'],
  ['PUT', '/api/v1/rescan'],
  ['GET', '/%'],
] as const;

const STRANGERS: readonly [string, Record<string, string>, ErrorCode][] = [
  ['without a token', { host: 'localhost:22080' }, 'API_TOKEN_REFUSED'],
  ['with a wrong token', { ...HEADERS, authorization: `Bearer ${TOKEN}x` }, 'API_TOKEN_REFUSED'],
  ['with an empty token', { ...HEADERS, authorization: 'Bearer ' }, 'API_TOKEN_REFUSED'],
  [
    'with the token in another scheme',
    { ...HEADERS, authorization: `Basic ${TOKEN}` },
    'API_TOKEN_REFUSED',
  ],
  [
    'with the token in a cookie',
    { host: HEADERS.host, cookie: `token=${TOKEN}` },
    'API_TOKEN_REFUSED',
  ],
  ['through a rebound name', { ...HEADERS, host: 'evil.example:22080' }, 'API_ORIGIN_REFUSED'],
  [
    'through a name that begins well',
    { ...HEADERS, host: '127.0.0.1.evil.example' },
    'API_ORIGIN_REFUSED',
  ],
  [
    'for an address that is not ours',
    { ...HEADERS, host: '192.0.2.1:22080' },
    'API_ORIGIN_REFUSED',
  ],
  ['with a strange host', { ...HEADERS, host: 'localhost@evil' }, 'API_ORIGIN_REFUSED'],
  ['from a foreign page', { ...HEADERS, origin: 'http://evil.example' }, 'API_ORIGIN_REFUSED'],
  [
    'from a page of another port',
    { ...HEADERS, origin: 'http://127.0.0.1:8080' },
    'API_ORIGIN_REFUSED',
  ],
  ['from a page without origin', { ...HEADERS, origin: 'null' }, 'API_ORIGIN_REFUSED'],
];

for (const [who, headers, code] of STRANGERS) {
  test(`a request ${who} gets nothing, whatever it asks (WEB-01, WEB-02, WEB-05, WEB-08, KEY-03)`, async (t) => {
    const { app, service } = await serve(t);
    const before = JSON.stringify(await service.configuration());
    for (const [method, url] of ROUTES) {
      const payload = method === 'POST' ? { id: NAS, device: 'nas', path: '/x' } : undefined;
      const answer = await app.inject({ method, url, headers, ...(payload && { payload }) });
      assert.ok(answer.statusCode >= 400 && answer.statusCode < 404, `${method} ${url}`);
      assert.equal(answer.headers['x-content-type-options'], 'nosniff', `${method} ${url}`);
      if (method === 'HEAD') continue;
      // A path that cannot be decoded is refused before anybody looks at who asks.
      const expected = url === '/%' ? 'API_REQUEST_INVALID' : code;
      assert.equal(answer.json<Answer>().code, expected, `${method} ${url}`);
      assert.deepEqual(answer.json<Answer>().data, {}, 'an answer to a stranger holds no facts');
      assert.equal(answer.headers['access-control-allow-origin'], undefined);
    }
    assert.equal(JSON.stringify(await service.configuration()), before);
    assert.deepEqual(service.rescans, []);
  });
}

test('the right token is let in under every name of this machine and from its own page', async (t) => {
  const { app } = await serve(t);
  const hosts = ['127.0.0.1:22080', 'localhost', 'LOCALHOST:1', '[::1]:22080', '127.0.0.2:80'];
  for (const host of hosts) {
    for (const origin of [undefined, `http://${host}`]) {
      const headers = { ...HEADERS, host, ...(origin && { origin }) };
      const answer = await app.inject({ url: '/api/v1/status', headers });
      assert.equal(answer.statusCode, 200, host);
      assert.deepEqual(answer.json(), EMPTY_REPORT);
      assert.equal(answer.headers['cache-control'], 'no-store');
    }
  }
});

test('what is not there is told with 404, to those who may ask', async (t) => {
  const { app } = await serve(t);
  for (const [method, url] of [
    ['GET', '/'],
    ['PUT', '/api/v1/status'],
    ['GET', '/api/v1/status/x'],
  ] as const) {
    const answer = await app.inject({ method, url, headers: HEADERS });
    assert.deepEqual(
      [answer.statusCode, answer.json<Answer>().code],
      [404, 'API_ROUTE_UNKNOWN'],
      url,
    );
  }
});

test('devices and folders are added, shared and removed, and every answer is the new configuration', async (t) => {
  const { app, home, service } = await serve(t);
  const ask = async (method: 'GET' | 'POST' | 'DELETE', route: string, payload?: object) => {
    const url = `/api/v1${route}`;
    const answer = await app.inject({ method, url, headers: HEADERS, ...(payload && { payload }) });
    assert.equal(answer.statusCode, 200, answer.body);
    return answer.json();
  };
  const folder = {
    id: 'über/docs',
    path: `${home}-docs`,
    kind: 'send-receive',
    paused: false,
    devices: [NAS],
  };
  const device = { id: NAS, name: 'nas', addresses: ['dynamic'], paused: false };
  await ask('POST', '/devices', { id: NAS.toLowerCase(), name: 'nas' });
  await ask('POST', '/folders', { id: folder.id, path: folder.path });
  const shared = await ask('POST', `/folders/${encodeURIComponent(folder.id)}/share`, {
    device: 'nas',
  });
  assert.deepEqual(shared, { devices: [device], folders: [folder] });
  assert.deepEqual(await ask('GET', '/folders'), shared);
  const route = `/folders/${encodeURIComponent(folder.id)}`;
  const sent = await ask('POST', `${route}/kind`, { kind: 'send-only' });
  assert.deepEqual(sent, { devices: [device], folders: [{ ...folder, kind: 'send-only' }] });
  assert.deepEqual(await ask('POST', `${route}/override`), { changes: 2, left: 0 });
  assert.deepEqual(service.decisions, [[folder.id, 'override']]);
  await ask('DELETE', `/folders/${encodeURIComponent(folder.id)}`);
  assert.deepEqual(await ask('DELETE', '/devices/nas'), { devices: [], folders: [] });
});

test('a folder, a device or everything is paused and goes on, and the answer says until when', async (t) => {
  const { app, home } = await serve(t);
  const ask = async (route: string, payload: object) => {
    const url = `/api/v1${route}`;
    const answer = await app.inject({ method: 'POST', url, headers: HEADERS, payload });
    assert.equal(answer.statusCode, 200, answer.body);
    const { folders, devices } = answer.json<Configuration>();
    return [...folders, ...devices].map(({ paused }) => paused);
  };
  await ask('/devices', { id: NAS, name: 'nas' });
  await ask('/folders', { id: 'docs', path: `${home}-docs` });
  const [timed] = await ask('/pause', { folder: 'docs', seconds: 60 });
  assert.ok(typeof timed === 'object');
  assert.equal(timed.seconds, 60);
  const leftMs = Date.parse(timed.until) - Date.now();
  assert.ok(leftMs > 30_000 && leftMs <= 60_000, timed.until);
  assert.deepEqual(await ask('/pause', { device: 'nas' }), [timed, true]);
  assert.deepEqual(await ask('/resume', { folder: 'docs' }), [false, true]);
  assert.deepEqual(await ask('/pause', {}), [true, true]);
  assert.deepEqual(await ask('/resume', {}), [false, false]);
  const wrong: readonly (readonly [object, string])[] = [
    [{ folder: 'docs', device: 'nas' }, 'API_REQUEST_INVALID'],
    [{ seconds: 0 }, 'API_REQUEST_INVALID'],
    [{ folder: 'none' }, 'FOLDER_UNKNOWN'],
    [{ device: 'none' }, 'DEVICE_UNKNOWN'],
  ];
  for (const [payload, code] of wrong) {
    const url = '/api/v1/pause';
    const answer = await app.inject({ method: 'POST', url, headers: HEADERS, payload });
    assert.equal(answer.json<Answer>().code, code, answer.body);
  }
});

test('a request that is not understood is refused with reasons, and nothing changes', async (t) => {
  const { app, service } = await serve(t);
  const post = async (route: string, payload: string | object, type = 'application/json') => {
    const headers = { ...HEADERS, 'content-type': type };
    const answer = await app.inject({ method: 'POST', url: `/api/v1${route}`, headers, payload });
    assert.ok(answer.statusCode >= 400 && answer.statusCode < 500, answer.body);
    return answer.json<Answer>();
  };
  assert.deepEqual((await post('/devices', { id: 'x', extra: 1 })).data.reasons, [
    'id: this is not a device id; copy it whole, with its dashes',
    'extra: Unrecognized key: "extra"',
  ]);
  assert.equal((await post('/folders', { id: 'f', path: 'relative' })).code, 'API_REQUEST_INVALID');
  assert.equal((await post('/rescan', { confirmEmptied: true })).code, 'API_REQUEST_INVALID');
  assert.equal((await post('/rescan', '{')).code, 'API_REQUEST_INVALID');
  assert.equal((await post('/rescan', '{"__proto__":{}}')).code, 'API_REQUEST_INVALID');
  assert.equal((await post('/rescan', '{}', 'text/plain')).code, 'API_REQUEST_INVALID');
  assert.equal((await post('/devices', { id: 'x'.repeat(70_000) })).code, 'API_REQUEST_INVALID');
  assert.equal((await post('/folders/no/share', { device: 'no' })).code, 'FOLDER_UNKNOWN');
  assert.deepEqual(service.rescans, []);
});

test('rescan passes on which folder, and that it was emptied on purpose', async (t) => {
  const { app, service } = await serve(t);
  const rescan = { method: 'POST', url: '/api/v1/rescan', headers: HEADERS } as const;
  assert.equal((await app.inject(rescan)).statusCode, 200);
  await app.inject({ ...rescan, payload: { folder: 'docs', confirmEmptied: true } });
  assert.deepEqual(service.rescans, [
    { confirmEmptied: false },
    { folder: 'docs', confirmEmptied: true },
  ]);
});

test('an error that is not ours is logged and tells nothing', async (t) => {
  const { app, service, events } = await serve(t);
  const status = { url: '/api/v1/status', headers: HEADERS };
  service.status = () => Promise.reject(new Error('secret path /home/me'));
  const answer = await app.inject(status);
  assert.deepEqual([answer.statusCode, answer.json<Answer>().code], [500, 'BUG']);
  assert.ok(!answer.body.includes('secret'));
  assert.deepEqual(events, ['api-request-failed']);
  service.status = () => Promise.reject(new KithError('STORE_FULL'));
  assert.equal((await app.inject(status)).statusCode, 503);
});

test('events stream from the first line on, and end with the server and with the reader', {
  timeout: 10_000,
}, async (t) => {
  const { service, options, home } = await serve(t);
  const addressFile = path.join(home, 'api-address');
  const listen = { host: '127.0.0.1', port: 0 };
  const server = await startControlServer({ ...options, listen, addressFile });
  assert.equal(await readFile(addressFile, 'utf8'), `${server.address}\n`);
  assert.equal((await stat(addressFile)).mode & 0o777, 0o600);

  const port = Number(server.address.split(':')[1]);
  const open = async () => {
    const asked = request({
      port,
      path: '/api/v1/events',
      headers: { authorization: HEADERS.authorization },
    });
    asked.end();
    const [answer] = await once(asked, 'response');
    answer.setEncoding('utf8');
    const lines: AsyncIterator<string> = answer[Symbol.asyncIterator]();
    assert.equal((await lines.next()).value, ': here\n\n');
    return { asked, lines };
  };
  const first = await open();
  const second = await open();
  assert.equal(service.listeners, 2);
  service.tell(EMPTY_REPORT);
  assert.equal((await first.lines.next()).value, 'data: {"kind":"folder","folder":"docs"}\n\n');
  second.asked.destroy();
  await until('the reader is forgotten', () => service.listeners === 1);
  await server.close();
  assert.equal((await first.lines.next()).done, true);
  assert.equal(service.listeners, 0);
  await assert.rejects(stat(addressFile), { code: 'ENOENT' });
});

test('a reader that does not read loses notices, is told so, and costs a bounded amount', {
  timeout: 20_000,
}, async (t) => {
  const { service, options, home } = await serve(t);
  const listen = { host: '127.0.0.1', port: 0 };
  const server = await startControlServer({
    ...options,
    listen,
    addressFile: path.join(home, 'api-address'),
  });
  t.after(() => server.close());
  const port = Number(server.address.split(':')[1]);
  const asked = request({
    port,
    path: '/api/v1/events',
    headers: { authorization: HEADERS.authorization },
  });
  asked.end();
  const [answer] = await once(asked, 'response');
  answer.pause();
  const sent = 200_000;
  for (let count = 0; count < sent; count++) {
    service.tell(EMPTY_REPORT, { kind: 'folder', folder: 'd'.repeat(100) });
    if (count % 1000 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  let text = '';
  answer.setEncoding('utf8').on('data', (part: string) => {
    text += part;
  });
  answer.resume();
  await until('the loss is told', () => text.includes('"lost"'));
  assert.ok(text.split('data: ').length - 1 < sent, 'some were dropped');
  await until('later events come again', () => {
    service.tell(EMPTY_REPORT, { kind: 'configuration' });
    return text.includes('"configuration"');
  });
  asked.destroy();
});

test('an address that is taken is an error with its name, and nothing stays open', async (t) => {
  const { options, home } = await serve(t);
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  t.after(() => other.close());
  const taken = other.address();
  assert.ok(typeof taken === 'object' && taken !== null);
  const listen = { host: '127.0.0.1', port: taken.port };
  await assert.rejects(
    startControlServer({ ...options, listen, addressFile: path.join(home, 'api-address') }),
    { code: 'LISTEN_FAILED', data: { address: `127.0.0.1:${taken.port}` } },
  );
});

test('a server whose address cannot be written down does not listen, or the process would never end', {
  timeout: 60_000,
}, async (t) => {
  const { options, home } = await serve(t);
  const free = createServer();
  free.listen(0, '127.0.0.1');
  await once(free, 'listening');
  const { port } = free.address() as AddressInfo;
  free.close();
  await once(free, 'close');
  const listen = { host: '127.0.0.1', port };
  const addressFile = path.join(home, 'missing', 'api-address');
  const started = startControlServer({ ...options, listen, addressFile });
  await assert.rejects(started, { code: 'ENOENT' });
  const [failure] = await once(request({ ...listen, path: '/' }).end(), 'error');
  assert.equal(failure.code, 'ECONNREFUSED');
});

test('a listener beyond loopback works under its own address, with a warning', async (t) => {
  const { options, home, events } = await serve(t);
  const listen = { host: '0.0.0.0', port: 0 };
  const server = await startControlServer({
    ...options,
    listen,
    addressFile: path.join(home, 'api-address'),
  });
  t.after(() => server.close());
  assert.match(server.address, /^127\.0\.0\.1:\d+$/);
  assert.deepEqual(events, ['api-reachable-from-outside']);
});

test('a clock that is set back while the server begins does not cut its beginning short', async (t) => {
  let nowMs = Date.now();
  t.mock.method(Date, 'now', () => {
    nowMs -= 30 * 24 * 60 * 60 * 1000;
    return nowMs;
  });
  const timers = t.mock.method(globalThis, 'setTimeout');
  const { app } = await serve(t);
  await app.ready();
  const waits = timers.mock.calls.map(({ arguments: [, ms = 0] }) => ms);
  // Node takes what is longer for 1 ms.
  assert.deepEqual(
    waits.filter((ms) => ms >= 2 ** 31),
    [],
  );
});
