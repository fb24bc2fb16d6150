/** One thread of the disk: takes jobs in order and runs each program in one tight loop of file calls. */

import { parentPort, workerData } from 'node:worker_threads';
import { assert } from '../base/assert.ts';
import { KithError } from '../base/error.ts';
import { runProgram } from '../engine/file-calls.ts';
import type { ProgramTable } from '../ports/disk.ts';
import type { FileProgram } from '../ports/file-system.ts';
import {
  type DiskReply,
  type DiskRequest,
  type DiskWorkerData,
  movableBuffers,
  sendError,
} from './disk-message.ts';
import { NodeFileSystem } from './node-file-system.ts';

async function serve({ programs: address }: DiskWorkerData): Promise<void> {
  const port = parentPort;
  assert(port !== null, 'runs as a worker');
  const loaded: { readonly programs?: ProgramTable } = await import(address);
  const { programs } = loaded;
  assert(programs !== undefined, 'the module of programs exports them');
  const files = new NodeFileSystem();
  const say = (reply: DiskReply, move: ArrayBuffer[]) => port.postMessage(reply, move);
  port.on('message', (request: DiskRequest) => {
    const { id } = request;
    try {
      const result = runToEnd(files, start(programs, request));
      say({ kind: 'done', id, result }, movableBuffers(result));
    } catch (error) {
      // Also a result that cannot be sent; then this plain reply can.
      say({ kind: 'failed', id, error: sendError(error) }, []);
    }
  });
}

function start(programs: ProgramTable, { program: name, args }: DiskRequest): FileProgram<unknown> {
  const program = Object.hasOwn(programs, name) ? programs[name] : undefined;
  assert(program !== undefined, 'the program has a name that is known');
  return program(args as never);
}

/** What the program left open is closed; a failure of that counts as the program's unless it failed before. */
function runToEnd(files: NodeFileSystem, program: FileProgram<unknown>): unknown {
  let result: unknown;
  try {
    result = runProgram(files, program);
  } catch (error) {
    throw alsoClosing(files, error);
  }
  files.closeAll();
  return result;
}

function alsoClosing(files: NodeFileSystem, error: unknown): unknown {
  try {
    files.closeAll();
  } catch (closing) {
    if (!(error instanceof KithError)) return error;
    return new KithError(error.code, { ...error.data, closing: String(closing) }, error);
  }
  return error;
}

await serve(workerData as DiskWorkerData);
