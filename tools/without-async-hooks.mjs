// Preloaded into the files of test/sim: Node's test runner follows every promise by an async hook, to lay errors that
// nobody caught at the door of the test that made them. A simulated story makes promises by the hundred thousand, and
// following them costs more than a third of its time. Without it such an error still fails the run, by its file.
import asyncHooks, { createHook } from 'node:async_hooks';
import { sep } from 'node:path';

const isStory = process.argv[1]?.includes(`${sep}test${sep}sim${sep}`) === true;
const graceMs = 5000;
const { setTimeout } = globalThis;

// The runner asks first, and once. It finds what stands here as long as it has not been loaded.
if (isStory) asyncHooks.createHook = idleHook;

function idleHook() {
  asyncHooks.createHook = createHook;
  // From here on the runner hears of errors that nobody caught, too.
  process.on('uncaughtExceptionMonitor', tellAndEnd);
  process.on('unhandledRejection', tellAndEnd);
  const idle = { enable: () => idle, disable: () => idle };
  return idle;
}

/** The runner keeps what it cannot lay at a door to itself, and waits for ever for a test that was cut off by it. */
function tellAndEnd(error) {
  console.error('nobody caught this:', error);
  setTimeout(() => process.exit(1), graceMs).unref();
}
