/** The heap of a running program, after a forced collection, through its inspector. */

import { once } from 'node:events';

/** Environment that opens the inspector of a Node program at a port of its own choice. */
export const INSPECTED = { NODE_OPTIONS: '--inspect=127.0.0.1:0' };

/** What the program prints when its inspector is open; the address is the one group. */
const LISTENING = /Debugger listening on (ws:\/\/\S+)/g;

/** Bytes in use on the main thread. `log`: what the program has printed so far. Two full collections, some 50 ms. */
export async function heapAfterCollection(log: string): Promise<number> {
  const address = [...log.matchAll(LISTENING)].at(-1)?.[1];
  if (address === undefined) throw new Error('its inspector is not open');
  const socket = new WebSocket(address);
  await once(socket, 'open');
  try {
    // What finalizers let go of goes with the second one.
    await ask(socket, 'HeapProfiler.collectGarbage');
    await ask(socket, 'HeapProfiler.collectGarbage');
    const { usedSize } = await ask(socket, 'Runtime.getHeapUsage');
    if (typeof usedSize !== 'number') throw new Error('the inspector tells no size');
    return usedSize;
  } finally {
    socket.close();
  }
}

let lastId = 0;

/** One question at a time. */
async function ask(socket: WebSocket, method: string): Promise<Record<string, unknown>> {
  const id = ++lastId;
  const { promise, resolve, reject } = Promise.withResolvers<Record<string, unknown>>();
  const hear = ({ data }: MessageEvent): void => {
    const answer = JSON.parse(String(data));
    if (answer.id !== id) return;
    if (answer.error === undefined) resolve(answer.result ?? {});
    else reject(new Error(`${method}: ${answer.error.message}`));
  };
  const lose = (): void => reject(new Error(`${method}: the inspector hung up`));
  socket.addEventListener('message', hear);
  socket.addEventListener('close', lose);
  socket.send(JSON.stringify({ id, method }));
  try {
    return await promise;
  } finally {
    socket.removeEventListener('message', hear);
    socket.removeEventListener('close', lose);
  }
}
