/** `kith folder override`: a person decides for one side where two differ for good. */

import { z } from 'zod';
import { folderIdSchema } from '../../api/fields.ts';
import { KithError } from '../../base/error.ts';
import { defineCommand, ExitCode } from '../command.ts';
import { connectToDaemon } from '../connect.ts';
import { countText } from '../format.ts';

const UNSURE =
  'this replaces what others changed with what stands here, on every device, and deletes what is not here; see how much with kith status, and say --yes';

export const folderOverrideCommand = defineCommand({
  name: 'folder override',
  summary: 'Make what is here right for all, in a folder that only sends',
  arguments: [{ form: '<id>', about: 'the folder' }],
  options: [{ form: '--yes', about: 'it is meant' }],
  examples: ['kith status photos', 'kith folder override photos --yes'],
  input: z.object({ id: folderIdSchema, yes: z.boolean().default(false) }),
  async run({ id, yes }, context) {
    if (!yes) throw new KithError('USAGE_INVALID', { reasons: [UNSURE] });
    const client = await connectToDaemon(context);
    const { changes, left } = await client.decide(id, 'override');
    context.out.note(`${countText(changes, 'change')} overruled; others get what stands here.`);
    if (left > 0) {
      const text = `${countText(left, 'path')} left as others have them: what stands here could not be told`;
      context.out.note(`${text}; see why with kith status, and override again.`);
    }
    return ExitCode.ok;
  },
});
