/** The sections of the window, in the order of their keys. */
import History from '@lucide/svelte/icons/history';
import Settings from '@lucide/svelte/icons/settings';
import Stethoscope from '@lucide/svelte/icons/stethoscope';
import Timer from '@lucide/svelte/icons/timer';
import type { Component } from 'svelte';
import BucketIcon from '../parts/BucketIcon.svelte';
import RoleIcon from '../parts/RoleIcon.svelte';
import type { View } from './view.svelte';

export const SECTIONS: { view: View; label: string; icon: Component }[] = [
  { view: 'roles', label: 'Roles', icon: RoleIcon },
  { view: 'sessions', label: 'Sessions', icon: Timer },
  { view: 'buckets', label: 'Buckets', icon: BucketIcon },
  { view: 'history', label: 'History', icon: History },
  { view: 'doctor', label: 'Doctor', icon: Stethoscope },
  { view: 'settings', label: 'Settings', icon: Settings }
];
