/** Opens the dialog that takes over roles of another tool. */
import { sheets } from '../shell/sheets.svelte';
import ImportDialog from './ImportDialog.svelte';
import { Importing } from './importing.svelte';

export const openImport = () => sheets.show(ImportDialog, { importing: new Importing() });
