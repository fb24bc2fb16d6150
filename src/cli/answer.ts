/** What a daemon says, read by the schemas it writes by. Another program may have taken its address, so nothing of it is believed. */

import type { z } from 'zod';
import { errorSchema } from '../api/control.ts';
import { type StreamEvent, streamEventSchema } from '../api/events.ts';
import { ERRORS, type ErrorCode, KithError } from '../base/error.ts';

/** The answer in `text`, which is JSON. API_ANSWER_INVALID if it is none of this schema. */
export function readAnswer<Schema extends z.ZodType>(
  schema: Schema,
  text: string,
): z.output<Schema> {
  const answer = schema.safeParse(parseJson(text));
  if (answer.success) return answer.data;
  throw new KithError('API_ANSWER_INVALID', {}, answer.error);
}

/** The error that an answer tells of; API_ANSWER_INVALID if its code is not known here. Throws the same if it tells of none. */
export function refusalIn(text: string): KithError {
  const { code, data } = readAnswer(errorSchema, text);
  return isCode(code) ? new KithError(code, data) : new KithError('API_ANSWER_INVALID', { code });
}

/** An event is a few hundred characters; a line without end would fill the memory. */
const LONGEST_LINE = 65_536;

/** The events of a stream, however it is cut. API_ANSWER_INVALID with the first that is none, or that is too long for one. */
export async function* eventsIn(parts: AsyncIterable<string>): AsyncGenerator<StreamEvent> {
  let rest = '';
  for await (const part of parts) {
    const lines = (rest + part).split('\n');
    rest = lines.at(-1) ?? '';
    for (const [at, line] of lines.entries()) {
      if (line.length > LONGEST_LINE)
        throw new KithError('API_ANSWER_INVALID', { reason: 'too long' });
      if (at === lines.length - 1 || !line.startsWith('data: ')) continue;
      yield readAnswer(streamEventSchema, line.slice(6));
    }
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new KithError('API_ANSWER_INVALID', {}, error);
  }
}

function isCode(code: string): code is ErrorCode {
  return Object.hasOwn(ERRORS, code);
}
