import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import { asKithError } from '../base/error.ts';
import { eventsIn, readAnswer, refusalIn } from './answer.ts';

const isInvalid = (error: unknown): boolean =>
  asKithError(error, 'API_ANSWER_INVALID') !== undefined;

test('an answer that is no JSON, or another one, is told as such', () => {
  const schema = z.object({ changes: z.number() });
  assert.deepEqual(readAnswer(schema, '{"changes":1,"more":2}'), { changes: 1 });
  assert.throws(() => readAnswer(schema, '<html>'), isInvalid);
  assert.throws(() => readAnswer(schema, '{}'), isInvalid);
});

test('a refusal is the error that its code names; no other word is taken for one', () => {
  const { code, data } = refusalIn('{"code":"FOLDER_UNKNOWN","text":"","data":{"folder":"x"}}');
  assert.deepEqual([code, data], ['FOLDER_UNKNOWN', { folder: 'x' }]);
  for (const name of ['toString', '__proto__', 'NO_SUCH']) {
    const error = refusalIn(`{"code":"${name}","text":"","data":{}}`);
    assert.ok(isInvalid(error), name);
  }
});

test('events are the same however the stream is cut', async () => {
  const text = 'data: {"kind":"lost"}\n\n: still here\ndata: {"kind":"configuration"}\n';
  for (const parts of [[text], text.split('')]) {
    const events = await Array.fromAsync(eventsIn(of(parts)));
    assert.deepEqual(events, [{ kind: 'lost' }, { kind: 'configuration' }]);
  }
});

test('a line of a stream that does not end is given up', async () => {
  let parts = 0;
  const endless = async function* () {
    for (; parts < 1000; parts++) yield 'x'.repeat(1000);
  };
  await assert.rejects(Array.fromAsync(eventsIn(endless())), isInvalid);
  assert.ok(parts < 70, `${parts} thousand characters were read`);
});

async function* of(parts: readonly string[]): AsyncGenerator<string> {
  yield* parts;
}
