//! Windows as the display has them: their titles, and the close button that a window manager would draw.

use x11rb::connection::Connection;
use x11rb::protocol::xproto::{
    Atom, AtomEnum, ClientMessageEvent, ConnectionExt, EventMask, MapState, Window,
};
use x11rb::rust_connection::RustConnection;

use crate::desktop::Desktop;

/// A connection to a desktop's display.
pub struct Screen {
    display: RustConnection,
    root: Window,
}

impl Screen {
    pub fn of(desktop: &Desktop) -> Self {
        let (display, number) = x11rb::connect(Some(&desktop.display)).unwrap();
        let root = display.setup().roots[number].root;
        Self { display, root }
    }

    fn atom(&self, name: &str) -> Atom {
        self.display
            .intern_atom(false, name.as_bytes())
            .unwrap()
            .reply()
            .unwrap()
            .atom
    }

    fn title(&self, window: Window) -> Option<String> {
        let name = self.atom("_NET_WM_NAME");
        let found = self
            .display
            .get_property(false, window, name, AtomEnum::ANY, 0, 1024)
            .ok()?
            .reply()
            .ok()?;
        (!found.value.is_empty()).then(|| String::from_utf8_lossy(&found.value).into_owned())
    }

    fn is_shown(&self, window: Window) -> bool {
        let found = self
            .display
            .get_window_attributes(window)
            .ok()
            .and_then(|asked| asked.reply().ok());
        found.is_some_and(|found| found.map_state == MapState::VIEWABLE)
    }

    /// The titled windows that can be seen. Without a window manager they are the root's own children.
    fn shown(&self) -> Vec<(Window, String)> {
        let children = self
            .display
            .query_tree(self.root)
            .unwrap()
            .reply()
            .unwrap()
            .children;
        let shown = children.into_iter().filter(|window| self.is_shown(*window));
        shown
            .filter_map(|window| Some((window, self.title(window)?)))
            .collect()
    }

    /// Their titles.
    pub fn titles(&self) -> Vec<String> {
        self.shown().into_iter().map(|(_, title)| title).collect()
    }

    /// The window of that title.
    pub fn window(&self, title: &str) -> Window {
        let found = self.shown().into_iter().find(|(_, found)| found == title);
        found.expect("no such window").0
    }

    /// Presses a window's close button (ICCCM 4.2.8.1, "Window deletion").
    pub fn close(&self, title: &str) {
        let (window, _) = self
            .shown()
            .into_iter()
            .find(|(_, found)| found == title)
            .expect("no such window");
        let data = [self.atom("WM_DELETE_WINDOW"), x11rb::CURRENT_TIME, 0, 0, 0];
        let message = ClientMessageEvent::new(32, window, self.atom("WM_PROTOCOLS"), data);
        self.display
            .send_event(false, window, EventMask::NO_EVENT, message)
            .unwrap();
        self.display.flush().unwrap();
    }
}
