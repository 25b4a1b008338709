/** What else can be done with the object that is shown: each draws a button of its own, or nothing. */
import type { Component } from 'svelte';
import type { Previewed } from '../preview.svelte';
import VersionsAct from './VersionsAct.svelte';

export const paneActs: Component<{ object: Previewed }>[] = [VersionsAct];
