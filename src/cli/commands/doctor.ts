/** `kith doctor`: looks at everything that Kith stands on, says what is wrong, and how it is mended. Changes nothing. */

import { z } from 'zod';
import type { Finding } from '../../api/finding.ts';
import type { StatusReport } from '../../api/status.ts';
import { KithError } from '../../base/error.ts';
import { type Context, defineCommand, ExitCode } from '../command.ts';
import { findClient } from '../connect.ts';
import { findingLine } from '../finding-text.ts';

/** A daemon that is well answers in milliseconds. */
const ANSWER_MS = 5000;

export const doctorCommand = defineCommand({
  name: 'doctor',
  summary: 'Look for what keeps Kith from working, and say how it is mended',
  options: [{ form: '--json', about: 'print JSON' }],
  examples: ['kith doctor', 'kith doctor --json'],
  input: z.object({ json: z.boolean().default(false) }),
  async run({ json }, context) {
    const { home, out, program, signal } = context;
    const found: Finding[] = [];
    const options = { askStatus: () => askStatus(context), signal };
    for await (const finding of program.examine(home, options)) {
      found.push(finding);
      if (!json) out.line(findingLine(finding, out.paint));
    }
    if (json) out.json(found);
    const isBad = found.some(({ state }) => state === 'bad');
    return isBad ? ExitCode.attention : ExitCode.ok;
  },
});

async function askStatus({ home, signal }: Context): Promise<StatusReport> {
  const inTime = AbortSignal.any([signal, AbortSignal.timeout(ANSWER_MS)]);
  const client = await findClient(home, inTime);
  if (client === undefined) throw new KithError('DAEMON_UNREACHABLE', { reason: 'no address' });
  return await client.status();
}
