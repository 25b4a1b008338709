import { remembered } from '../settings/remembered.svelte';

/** Whether single letters act outside text fields. */
export const letters = remembered<boolean>('letters', true);
