import { mount } from 'svelte';
import './styles/tokens.css';
import './styles/base.css';
import './styles/controls.css';
import './styles/frame.css';
import './styles/notices.css';
import './styles/tables.css';
import './styles/overlay.css';
import { startTheme } from './settings/theme.svelte';
import App from './shell/App.svelte';
import { start } from './shell/start';

startTheme();
const target = document.getElementById('app');
if (target) {
  mount(App, { target });
  void start();
}
