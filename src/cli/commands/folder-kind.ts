/** `kith folder kind`: whether a folder sends, receives or does both. */

import { z } from 'zod';
import { folderIdSchema, folderKindSchema } from '../../api/fields.ts';
import { defineCommand, ExitCode } from '../command.ts';
import { withConfiguration } from '../connect.ts';

export const folderKindCommand = defineCommand({
  name: 'folder kind',
  summary: 'Say whether a folder sends, receives or does both here',
  arguments: [
    { form: '<id>', about: 'the folder' },
    { form: '<kind>', about: 'send-receive, send-only or receive-only' },
  ],
  examples: ['kith folder kind photos send-only', 'kith folder kind photos send-receive'],
  input: z.object({ id: folderIdSchema, kind: folderKindSchema }),
  async run({ id, kind }, context) {
    await withConfiguration(context, (service) => service.setFolderKind(id, { kind }));
    context.out.note(`${id} is ${kind} from now on.`);
    return ExitCode.ok;
  },
});
