/** HTTP calls inside a namespace, through a process that stands there. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import type { Pair, Side } from './contender.ts';

export interface Question {
  readonly id: number;
  readonly url: string;
  readonly init: { method: string; headers: Record<string, string>; body?: string };
}

/** Status 0: there was no answer, and `text` says why. */
export interface Answer {
  readonly id: number;
  readonly status: number;
  readonly text: string;
}

export interface Messenger extends AsyncDisposable {
  /** The answer as JSON; throws if it is none of the 200s. */
  ask(method: string, url: string, body?: unknown): Promise<unknown>;
}

/** `headers` go with every call. */
export function startMessenger(pair: Pair, side: Side, headers: Record<string, string>): Messenger {
  const script = path.join(import.meta.dirname, 'errand.ts');
  const [command, ...args] = pair.on(side, [process.execPath, script]);
  const child = spawn(command, args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const waiting = new Map<number, (answer: Answer) => void>();
  let last = 0;
  child.on('message', (answer: Answer) => waiting.get(answer.id)?.(answer));
  return {
    async ask(method, url, body) {
      const id = ++last;
      const answered = new Promise<Answer>((resolve) => waiting.set(id, resolve));
      const json = { ...headers, 'content-type': 'application/json' };
      const init =
        body === undefined
          ? { method, headers }
          : { method, headers: json, body: JSON.stringify(body) };
      child.send({ id, url, init });
      const { status, text } = await answered;
      waiting.delete(id);
      if (status < 200 || status > 299) throw new Error(`${method} ${url}: ${status} ${text}`);
      return text === '' ? undefined : JSON.parse(text);
    },
    async [Symbol.asyncDispose]() {
      const ended = once(child, 'exit');
      child.kill();
      await ended;
    },
  };
}
