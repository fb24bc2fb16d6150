/** `kith folder revert`: a person decides for one side where two differ for good. */

import { z } from 'zod';
import { folderIdSchema } from '../../api/fields.ts';
import { KithError } from '../../base/error.ts';
import { defineCommand, ExitCode } from '../command.ts';
import { connectToDaemon } from '../connect.ts';
import { countText } from '../format.ts';

const UNSURE =
  'this discards every change that was made here, files that only stand here included, and cannot be undone; see them with kith status, and say --yes';

export const folderRevertCommand = defineCommand({
  name: 'folder revert',
  summary: 'Discard what was changed here in a folder that only receives',
  arguments: [{ form: '<id>', about: 'the folder' }],
  options: [{ form: '--yes', about: 'it is meant' }],
  examples: ['kith status photos', 'kith folder revert photos --yes'],
  input: z.object({ id: folderIdSchema, yes: z.boolean().default(false) }),
  async run({ id, yes }, context) {
    if (!yes) throw new KithError('USAGE_INVALID', { reasons: [UNSURE] });
    const client = await connectToDaemon(context);
    const { changes } = await client.decide(id, 'revert');
    context.out.note(
      `${countText(changes, 'change')} given up; what others have takes their place.`,
    );
    return ExitCode.ok;
  },
});
