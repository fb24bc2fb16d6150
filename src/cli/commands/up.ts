/** `kith up`: runs the daemon in the foreground until it is asked to stop. */

import { z } from 'zod';
import { notifySystemd, type ServiceState } from '../../host/sd-notify.ts';
import { type Context, defineCommand, ExitCode } from '../command.ts';

export const upCommand = defineCommand({
  name: 'up',
  summary: 'Run the daemon in the foreground; SIGTERM or Ctrl-C stops it',
  examples: ['kith up', 'kith --home ~/second up'],
  input: z.object({}),
  async run(_input, context) {
    const { home, program, signal } = context;
    signal.addEventListener('abort', () => tell('STOPPING=1', context), { once: true });
    await program.runDaemon(home, { signal, onReady: () => tell('READY=1', context) });
    return ExitCode.ok;
  },
});

/** A supervisor that cannot be told is no reason to stop: a person reads why. */
function tell(state: ServiceState, { env, out }: Context): void {
  notifySystemd(state, env).catch((error: unknown) => {
    out.note(`kith: systemd was not told ${state}: ${String(error)}`);
  });
}
