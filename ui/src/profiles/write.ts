/** Opening the dialog that writes a profile. */
import { sheets } from '../shell/sheets.svelte';
import type { SessionView } from '../wire/SessionView';
import WriteDialog from './WriteDialog.svelte';
import { Writing } from './writing.svelte';

export const writeProfile = (session: SessionView): void => sheets.show(WriteDialog, { writing: new Writing(session) });
