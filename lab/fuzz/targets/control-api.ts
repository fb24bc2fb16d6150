/** Requests to the control API, written as HTTP writes them: a line, headers, an empty line, a body. */

import assert from 'node:assert/strict';
import { ERRORS } from '../../../src/base/error.ts';
import { buildControlServer } from '../../../src/daemon/control-server.ts';
import { deviceIdFromHash } from '../../../src/model/device-id.ts';
import { bytesOf, type FuzzTarget } from '../target.ts';
import { FULL_CONFIG } from './config.ts';
import { MemoryConfiguration } from './memory-configuration.ts';

const TOKEN = 'correct-horse-battery-staple-0123456789';
const HEAD = `host: 127.0.0.1:22080\nauthorization: Bearer ${TOKEN}`;
const JSON_HEAD = `${HEAD}\ncontent-type: application/json`;
const DEVICE = deviceIdFromHash(new Uint8Array(32).fill(9));
const METHODS = [
  'GET',
  'POST',
  'DELETE',
  'PUT',
  'HEAD',
  'OPTIONS',
  'PATCH',
  'TRACE',
  'QUERY',
  'REPORT',
] as const;

const SEEDS = [
  ...[
    'status',
    'devices',
    'folders',
    'events',
    'events?x=1',
    '../v1/status',
    '%2e%2e/',
    'nothing',
  ].map((route) => `GET /api/v1/${route}\n${HEAD}\n\n`),
  'GET /api/v1/status\nhost: localhost\n\n',
  `GET /api/v1/status\nhost: evil.example\nauthorization: Bearer ${TOKEN}\n\n`,
  `GET /api/v1/status\n${HEAD}\norigin: http://evil.example\n\n`,
  `DELETE /api/v1/devices/nas\n${HEAD}\n\n`,
  `DELETE /api/v1/folders/docs\n${HEAD}\n\n`,
  `POST /api/v1/devices\n${JSON_HEAD}\n\n{"id":"${DEVICE}","name":"new","addresses":["dynamic"]}`,
  `POST /api/v1/folders\n${JSON_HEAD}\n\n{"id":"new","path":"/new","kind":"send-receive","share":["nas"]}`,
  `POST /api/v1/folders/more/share\n${JSON_HEAD}\n\n{"device":"nas"}`,
  `POST /api/v1/rescan\n${JSON_HEAD}\n\n{"folder":"docs","confirmEmptied":true}`,
  `POST /api/v1/rescan\n${HEAD}\n\n`,
  `POST /api/v1/folders/more/kind\n${JSON_HEAD}\n\n{"kind":"send-only"}`,
  `POST /api/v1/folders/docs/revert\n${HEAD}\n\n`,
  `POST /api/v1/pause\n${JSON_HEAD}\n\n{"folder":"docs","seconds":60}`,
  `POST /api/v1/resume\n${JSON_HEAD}\n\n{"device":"nas"}`,
];

let service = new MemoryConfiguration(FULL_CONFIG);
const current = { of: (): MemoryConfiguration => service };

const { app, streams } = buildControlServer({
  token: TOKEN,
  listen: { host: '127.0.0.1', port: 22080 },
  log: { write: () => undefined },
  service: {
    configuration: () => current.of().configuration(),
    addDevice: (request) => current.of().addDevice(request),
    removeDevice: (device) => current.of().removeDevice(device),
    addFolder: (request) => current.of().addFolder(request),
    removeFolder: (folder) => current.of().removeFolder(folder),
    shareFolder: (folder, request) => current.of().shareFolder(folder, request),
    setFolderKind: (folder, request) => current.of().setFolderKind(folder, request),
    pause: (request) => current.of().pause(request),
    resume: (request) => current.of().resume(request),
    decide: (folder, decision) => current.of().decide(folder, decision),
    status: () => current.of().status(),
    rescan: (request) => current.of().rescan(request),
    onChange: (listener) => current.of().onChange(listener),
  },
});

export const controlApi: FuzzTarget = {
  seeds: () => SEEDS.map(bytesOf),
  tokens: [
    'GET ',
    'POST ',
    'DELETE ',
    'HEAD ',
    'OPTIONS ',
    '/api/v1',
    '/status',
    '/devices/',
    '/folders/',
    '/share',
    '/rescan',
    '/events',
    '?',
    '%',
    '%00',
    '%2f',
    '%ff',
    '//',
    '..',
    ';',
    '#',
    '\n',
    '\n\n',
    'host: ',
    'authorization: ',
    'Bearer ',
    TOKEN,
    'origin: ',
    'content-type: ',
    'application/json',
    'text/plain',
    'charset=utf-16',
    'content-length: ',
    'cookie: ',
    'transfer-encoding: chunked',
    'expect: 100-continue',
    'upgrade: websocket',
    '{',
    '}',
    '[',
    ']',
    '"',
    ':',
    ',',
    'null',
    'true',
    '1e999',
    '-0',
    '"__proto__":',
    '"constructor":{"prototype":{}}',
    '\\ud800',
    '"id":',
    '"path":"/p"',
    '"name":',
    '"share":[]',
    '"device":',
    '"folder":',
    '127.0.0.1',
    'localhost',
    '[::1]',
    DEVICE,
  ],
  maxBytes: 0x12000,
  limitMs: 400,
  limitBytes: (length) => 8 * 1024 * 1024 + 64 * length,
  run: async (input) => {
    service = new MemoryConfiguration(FULL_CONFIG);
    const request = requestOf(input);
    const before = service.state;
    const answer = await ask(request);
    const { statusCode, body } = answer;
    assert.ok(statusCode < 500, `it answers ${statusCode}: ${body}`);
    const isTrusted = request.headers['authorization']?.slice(7).trim() === TOKEN;
    if (statusCode < 400) {
      assert.ok(isTrusted, `${statusCode} without the token`);
      return;
    }
    assert.equal(service.state, before, 'a refused request changed something');
    for (const [name, value] of Object.entries({
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    })) {
      assert.equal(answer.headers[name], value, `${name} is missing`);
    }
    if (request.method === 'HEAD') return;
    const said = JSON.parse(body);
    assert.ok(said.code in ERRORS, `no code of ours: ${body}`);
    if (!isTrusted) assert.deepEqual(said.data, {}, 'it tells strangers something');
  },
};

interface Request {
  readonly method: (typeof METHODS)[number];
  readonly url: string;
  readonly headers: Record<string, string>;
  readonly body: Buffer;
}

/** Such a request as a client can send at all: what HTTP itself forbids never comes to the server's routes. */
function requestOf(input: Uint8Array): Request {
  const all = Buffer.from(input);
  const end = all.indexOf('\n\n');
  const [first = '', ...lines] = (end < 0 ? all : all.subarray(0, end))
    .toString('latin1')
    .split('\n');
  const [word = '', ...rest] = first.split(' ');
  const headers: Record<string, string> = {};
  for (const line of lines) {
    const [name = '', ...value] = line.split(':');
    if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}$/.test(name)) continue;
    headers[name.toLowerCase()] = value
      .join(':')
      .trim()
      .replace(/[^\t\x20-\x7e\x80-\xff]/g, '');
  }
  // Node would wait for a body that never comes, or for one that goes on.
  for (const name of ['content-length', 'transfer-encoding', 'expect']) delete headers[name];
  // URLs take a backslash for a slash, so that a host could follow; on the wire it is a letter like others.
  const url = rest
    .join(' ')
    .replace(/[^\x21-\x7e]/g, '')
    .replaceAll('\\', '%5c');
  return {
    method: METHODS.find((each) => each === word) ?? 'GET',
    url: url.startsWith('/') ? url : `/${url}`,
    headers,
    body: end < 0 ? Buffer.alloc(0) : all.subarray(end + 2),
  };
}

async function ask({ method, url, headers, body }: Request) {
  const hasBody = body.length > 0 && method !== 'GET' && method !== 'HEAD';
  const answer = await app.inject({
    method: method as 'GET',
    url,
    headers,
    ...(hasBody ? { payload: body } : {}),
    payloadAsStream: true,
  });
  // An event stream has no end of its own.
  if (String(answer.headers['content-type']).startsWith('text/event-stream')) streams.close();
  const parts: Buffer[] = [];
  for await (const part of answer.stream()) parts.push(Buffer.from(part));
  return {
    statusCode: answer.statusCode,
    headers: answer.headers,
    body: Buffer.concat(parts).toString(),
  };
}
