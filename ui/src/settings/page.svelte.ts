/** Which page of Settings is open. */
class SettingsPage {
  id = $state('general');
}

export const settingsPage = new SettingsPage();
