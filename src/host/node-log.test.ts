import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import { KithError } from '../base/error.ts';
import { nodeLog } from './node-log.ts';

const TOKEN = 'CANARY-0123456789';

function collect() {
  const lines: string[] = [];
  return { lines, sink: { write: (line: string) => void lines.push(line) } };
}

test('programs get one JSON object a line', () => {
  const { lines, sink } = collect();
  nodeLog({ sink, format: 'json' }).write('warn', 'folder-stopped', { folder: 'docs', count: 3n });
  const [line = ''] = lines;
  assert.ok(line.endsWith('}\n') && lines.length === 1);
  const { time, ...facts } = JSON.parse(line);
  assert.match(time, /^\d{4}-\d\d-\d\dT/);
  assert.deepEqual(facts, { level: 'warn', event: 'folder-stopped', folder: 'docs', count: '3' });
});

test('people get one readable line, in which nothing moves the cursor', () => {
  const { lines, sink } = collect();
  nodeLog({ sink, format: 'text' }).write('info', 'ready', {
    path: 'a\u001b[2J\u202eb\n',
    plain: 'x/y',
  });
  const line = stripVTControlCharacters(lines[0] ?? '');
  assert.match(line, /^\d\d:\d\d:\d\d info {2}ready path="a\\u001b\[2J\\u202eb\\n" plain=x\/y\n$/);
});

test('less than the level is not written', () => {
  const { lines, sink } = collect();
  const log = nodeLog({ sink, format: 'json', level: 'warn' });
  log.write('info', 'quiet', {});
  log.write('error', 'loud', {});
  assert.equal(lines.length, 1);
});

test('secrets are hidden by their names, however deep they stand (I25)', () => {
  const { lines, sink } = collect();
  const headers = { Authorization: `Bearer ${TOKEN}` };
  nodeLog({ sink, format: 'json' }).write('error', 'x', {
    token: TOKEN,
    keyPem: TOKEN,
    request: { headers, list: [{ apiToken: TOKEN }] },
    error: new KithError(
      'STORE_FULL',
      { secret: TOKEN },
      new Error('cause', { cause: { password: TOKEN } }),
    ),
  });
  const [line = ''] = lines;
  assert.ok(!line.includes(TOKEN), line);
  assert.ok(line.includes('[hidden]') && line.includes('STORE_FULL') && line.includes('cause'));
});

test('errors come with message and stack, bytes with their number alone, circles end', () => {
  const { lines, sink } = collect();
  const circle: Record<string, unknown> = {};
  circle['self'] = circle;
  nodeLog({ sink, format: 'json' }).write('error', 'x', {
    error: new Error('broken'),
    bytes: new Uint8Array(9),
    circle,
  });
  const facts = JSON.parse(lines[0] ?? '');
  assert.equal(facts.error.message, 'broken');
  assert.match(facts.error.stack, /node-log\.test/);
  assert.equal(facts.bytes, '[9 bytes]');
});
