//! The icon: an outline when idle, a hat on a stack when sessions are live, a dot when one is about to end.

use hatrack_core::view::SessionView;
use tauri::image::Image;
use tauri::include_image;

use super::menu::is_urgent;

/// What the icon shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Icon {
    /// No session.
    #[default]
    Idle,
    /// At least one.
    Active,
    /// One ends within five minutes.
    Alert,
}

impl Icon {
    /// For these sessions.
    pub fn of(sessions: &[SessionView]) -> Self {
        if is_urgent(sessions) {
            Self::Alert
        } else if sessions.iter().any(|session| session.seconds_left > 0) {
            Self::Active
        } else {
            Self::Idle
        }
    }

    /// Its picture for a panel of that kind.
    pub fn image(self, dark_panel: bool) -> Image<'static> {
        match (self, dark_panel) {
            (Self::Idle, true) => include_image!("icons/tray/idle-on-dark-64.png"),
            (Self::Idle, false) => include_image!("icons/tray/idle-on-light-64.png"),
            (Self::Active, true) => include_image!("icons/tray/active-on-dark-64.png"),
            (Self::Active, false) => include_image!("icons/tray/active-on-light-64.png"),
            (Self::Alert, true) => include_image!("icons/tray/alert-on-dark-64.png"),
            (Self::Alert, false) => include_image!("icons/tray/alert-on-light-64.png"),
        }
    }
}

/// Whether the panel is dark: GNOME's and Ubuntu's is in any theme, others go with the theme.
pub fn panel_is_dark(desktop: Option<&str>, theme: Option<tauri::Theme>) -> bool {
    let desktop = desktop.unwrap_or_default().to_ascii_lowercase();
    ["gnome", "unity", "ubuntu", "pantheon"]
        .iter()
        .any(|name| desktop.contains(name))
        || theme != Some(tauri::Theme::Light)
}
