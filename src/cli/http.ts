/** One HTTP exchange with the daemon on this machine: never through a proxy, never after a redirect. */

import { Agent, type IncomingMessage, request } from 'node:http';
import type { HostPort } from '../api/address.ts';
import { hostPortText } from '../api/address.ts';
import { KithError } from '../base/error.ts';

/** Where and how to ask. */
export interface HttpTarget {
  readonly address: HostPort;
  readonly token: string;
}

export interface HttpQuestion {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly path: string;
  /** Sent as JSON. */
  readonly body?: unknown;
  readonly signal: AbortSignal;
  /** How long to wait for the head of the answer; without it, for ever. */
  readonly headMs?: number;
}

/** Longer answers are not read. */
const MOST_CHARACTERS = 64 * 1024 * 1024;

/** An agent of our own knows no proxy, whatever the environment says: the token goes to this machine alone. */
const agent = new Agent({ keepAlive: false });

/** Resolves with the head of the answer. DAEMON_UNREACHABLE if there is none; the signal's own reason once it aborts. */
export async function exchange(
  target: HttpTarget,
  question: HttpQuestion,
): Promise<IncomingMessage> {
  const { method, path, body, signal, headMs } = question;
  signal.throwIfAborted();
  const bytes = body === undefined ? undefined : JSON.stringify(body);
  return await new Promise((resolve, reject) => {
    const asked = request({
      agent,
      host: target.address.host,
      port: target.address.port,
      method,
      path,
      signal,
      headers: {
        Authorization: `Bearer ${target.token}`,
        ...(bytes === undefined ? {} : { 'Content-Type': 'application/json' }),
      },
    });
    const late = () => asked.destroy(new Error(`no answer within ${(headMs ?? 0) / 1000} s`));
    const limit = headMs === undefined ? undefined : setTimeout(late, headMs);
    asked.once('close', () => clearTimeout(limit));
    asked.once('response', (answer) => {
      clearTimeout(limit);
      resolve(answer);
    });
    asked.on('error', (error) => reject(lost(error, target, signal)));
    asked.end(bytes);
  });
}

/** The whole text of an answer. DAEMON_UNREACHABLE if it breaks off; API_ANSWER_INVALID if it is too long. */
export async function readText(
  answer: IncomingMessage,
  { target, signal }: { readonly target: HttpTarget; readonly signal: AbortSignal },
): Promise<string> {
  let text = '';
  for await (const part of pieces(answer, { target, signal })) {
    text += part;
    if (text.length > MOST_CHARACTERS)
      throw new KithError('API_ANSWER_INVALID', { reason: 'too long' });
  }
  return text;
}

/** The text of an answer as it comes. DAEMON_UNREACHABLE if it breaks off. */
export async function* pieces(
  answer: IncomingMessage,
  { target, signal }: { readonly target: HttpTarget; readonly signal: AbortSignal },
): AsyncGenerator<string> {
  answer.setEncoding('utf8');
  try {
    for await (const part of answer) yield String(part);
  } catch (error) {
    throw lost(error, target, signal);
  }
}

function lost(error: unknown, { address }: HttpTarget, signal: AbortSignal): unknown {
  if (signal.aborted) return signal.reason;
  return new KithError('DAEMON_UNREACHABLE', { address: hostPortText(address) }, error);
}
