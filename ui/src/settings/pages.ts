/** The pages of Settings. */
import FilePen from '@lucide/svelte/icons/file-pen';
import FolderOpen from '@lucide/svelte/icons/folder-open';
import Info from '@lucide/svelte/icons/info';
import KeyRound from '@lucide/svelte/icons/key-round';
import ShieldCheck from '@lucide/svelte/icons/shield-check';
import Globe from '@lucide/svelte/icons/globe';
import SlidersHorizontal from '@lucide/svelte/icons/sliders-horizontal';
import SquareTerminal from '@lucide/svelte/icons/square-terminal';
import type { Component } from 'svelte';
import BrowsersPage from '../console/BrowsersPage.svelte';
import DevicesPage from '../devices/DevicesPage.svelte';
import KeysPage from '../keys/KeysPage.svelte';
import RoleIcon from '../parts/RoleIcon.svelte';
import ProfilesSection from '../profiles/ProfilesSection.svelte';
import ShellsPage from '../terminal/ShellsPage.svelte';
import About from './About.svelte';
import AccountsPage from './AccountsPage.svelte';
import General from './General.svelte';
import Sources from './Sources.svelte';

export const PAGES: { id: string; label: string; icon: Component; page: Component }[] = [
  { id: 'general', label: 'General', icon: SlidersHorizontal, page: General },
  { id: 'accounts', label: 'Accounts', icon: RoleIcon, page: AccountsPage },
  { id: 'sources', label: 'Sources', icon: FolderOpen, page: Sources },
  { id: 'keys', label: 'Access keys', icon: KeyRound, page: KeysPage },
  { id: 'profiles', label: 'Profiles', icon: FilePen, page: ProfilesSection },
  { id: 'shells', label: 'Shells', icon: SquareTerminal, page: ShellsPage },
  { id: 'browsers', label: 'Browsers', icon: Globe, page: BrowsersPage },
  { id: 'mfa', label: 'MFA', icon: ShieldCheck, page: DevicesPage },
  { id: 'about', label: 'About', icon: Info, page: About }
];
