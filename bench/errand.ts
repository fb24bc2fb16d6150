/** Runs in a namespace: makes the HTTP calls that its parent asks for, for nobody else reaches the loopback there. */

import type { Answer, Question } from './messenger.ts';

process.on('message', async ({ id, url, init }: Question) => {
  let answer: Answer;
  try {
    const response = await fetch(url, init);
    answer = { id, status: response.status, text: await response.text() };
  } catch (error) {
    answer = { id, status: 0, text: String(error) };
  }
  process.send?.(answer);
});
