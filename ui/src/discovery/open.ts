/** Opens the dialog that looks for roles. */
import { sheets } from '../shell/sheets.svelte';
import FindRoles from './FindRoles.svelte';
import { Searching } from './searching.svelte';

/** `start`: the role or profile that is to read, where one was pointed at. */
export const openFindRoles = (start: string | null = null) => sheets.show(FindRoles, { searching: new Searching(start) });
