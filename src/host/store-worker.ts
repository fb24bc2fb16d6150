/** The thread that writes the state database, so that a commit that waits for the disk stalls nobody. */

import { parentPort, workerData } from 'node:worker_threads';
import { assert, assertNever } from '../base/assert.ts';
import { storeError } from '../store/sqlite-error.ts';
import { SqliteWriter } from '../store/sqlite-writer.ts';
import { openStoreFile } from './store-file.ts';
import type { StoreReply, StoreRequest, StoreWorkerData } from './store-message.ts';

function serve({ file }: StoreWorkerData): void {
  const port = parentPort;
  assert(port !== null, 'runs as a worker');
  const say = (reply: StoreReply) => port.postMessage(reply);
  const attempt = (work: () => StoreReply) => {
    try {
      say(work());
    } catch (error) {
      const { code, data } = storeError(error);
      say({ kind: 'failed', code, data });
    }
  };
  attempt(() => {
    const { database, damage } = openStoreFile(file);
    const writer = new SqliteWriter(database);
    port.on('message', (request: StoreRequest) => {
      attempt(() => ({ kind: 'done', logPages: answer(writer, request) }));
      if (request.kind === 'close') port.close();
    });
    return { kind: 'opened', damage };
  });
}

/** Pages then in the log. */
function answer(writer: SqliteWriter, request: StoreRequest): number {
  switch (request.kind) {
    case 'write':
      writer.write(request.items);
      return writer.logPages();
    case 'checkpoint':
      writer.checkpoint();
      return writer.logPages();
    case 'close':
      writer.close();
      return 0;
    default:
      return assertNever(request);
  }
}

serve(workerData as StoreWorkerData);
