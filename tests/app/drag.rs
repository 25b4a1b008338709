//! A file manager that drags files onto a window: the source's side of XDND 5 (freedesktop.org, "Drag-and-Drop
//! Protocol for the X Window System").

use std::path::Path;
use std::time::Instant;

use x11rb::connection::Connection;
use x11rb::protocol::Event;
use x11rb::protocol::xproto::{
    Atom, AtomEnum, ClientMessageEvent, ConnectionExt, CreateWindowAux, EventMask, PropMode,
    SELECTION_NOTIFY_EVENT, SelectionNotifyEvent, SelectionRequestEvent, Window, WindowClass,
};
use x11rb::rust_connection::RustConnection;
use x11rb::wrapper::ConnectionExt as _;

use crate::desktop::Desktop;
use crate::patience::{LIMIT, PAUSE};

const VERSION: u32 = 5;

/// Files that are being dragged.
pub struct Drag {
    display: RustConnection,
    source: Window,
    target: Window,
    /// `text/uri-list` (RFC 2483).
    list: Vec<u8>,
}

impl Drag {
    /// Takes up files and moves them over the middle of a window, until it says that it would take them.
    pub fn over(desktop: &Desktop, target: Window, files: &[&Path]) -> Self {
        let (display, number) = x11rb::connect(Some(&desktop.display)).unwrap();
        let root = display.setup().roots[number].root;
        let source = display.generate_id().unwrap();
        let none = CreateWindowAux::new();
        display
            .create_window(
                0,
                source,
                root,
                -1,
                -1,
                1,
                1,
                0,
                WindowClass::INPUT_ONLY,
                0,
                &none,
            )
            .unwrap();
        let lines = files.iter().map(|file| format!("file://{}\r\n", file.display()));
        let drag = Self {
            display,
            source,
            target,
            list: lines.collect::<String>().into_bytes(),
        };
        drag.display
            .set_selection_owner(source, drag.atom("XdndSelection"), x11rb::CURRENT_TIME)
            .unwrap();
        drag.tell(
            "XdndEnter",
            [source, VERSION << 24, drag.atom("text/uri-list"), 0, 0],
        );
        drag.until(
            "the window would take the files",
            || drag.position(root),
            |event| drag.is(event, "XdndStatus").is_some_and(|data| data[1] & 1 == 1),
        );
        drag
    }

    /// Lets go of them.
    pub fn drop_there(self) {
        self.tell("XdndDrop", [self.source, 0, x11rb::CURRENT_TIME, 0, 0]);
        self.until(
            "the window has taken the files",
            || (),
            |event| self.is(event, "XdndFinished").is_some(),
        );
    }

    fn atom(&self, name: &str) -> Atom {
        let asked = self.display.intern_atom(false, name.as_bytes()).unwrap();
        asked.reply().unwrap().atom
    }

    fn tell(&self, what: &str, data: [u32; 5]) {
        let message = ClientMessageEvent::new(32, self.target, self.atom(what), data);
        self.display
            .send_event(false, self.target, EventMask::NO_EVENT, message)
            .unwrap();
        self.display.flush().unwrap();
    }

    fn position(&self, root: Window) {
        let shape = self.display.get_geometry(self.target).unwrap().reply().unwrap();
        let (x, y) = (shape.width / 2, shape.height / 2);
        let asked = self.display.translate_coordinates(
            self.target,
            root,
            i16::try_from(x).unwrap(),
            i16::try_from(y).unwrap(),
        );
        let at = asked.unwrap().reply().unwrap();
        let place = (u32::from(at.dst_x.unsigned_abs()) << 16) | u32::from(at.dst_y.unsigned_abs());
        let action = self.atom("XdndActionCopy");
        self.tell(
            "XdndPosition",
            [self.source, 0, place, x11rb::CURRENT_TIME, action],
        );
    }

    /// The data of a message of that kind.
    fn is(&self, event: &Event, what: &str) -> Option<[u32; 5]> {
        match event {
            Event::ClientMessage(message) if message.type_ == self.atom(what) => {
                Some(message.data.as_data32())
            }
            _ => None,
        }
    }

    /// Answers who asks for the files, until something is seen; says `again` now and then.
    #[track_caller]
    fn until(&self, what: &str, again: impl Fn(), seen: impl Fn(&Event) -> bool) {
        let since = Instant::now();
        loop {
            again();
            while let Some(event) = self.display.poll_for_event().unwrap() {
                if let Event::SelectionRequest(asked) = &event {
                    self.answer(asked);
                }
                if seen(&event) {
                    return;
                }
            }
            assert!(since.elapsed() < LIMIT, "waited {LIMIT:?} in vain until {what}");
            std::thread::sleep(PAUSE);
        }
    }

    fn answer(&self, asked: &SelectionRequestEvent) {
        let targets = self.atom("TARGETS");
        let list = self.atom("text/uri-list");
        let property = if asked.target == list {
            self.display
                .change_property8(
                    PropMode::REPLACE,
                    asked.requestor,
                    asked.property,
                    list,
                    &self.list,
                )
                .unwrap();
            asked.property
        } else if asked.target == targets {
            self.display
                .change_property32(
                    PropMode::REPLACE,
                    asked.requestor,
                    asked.property,
                    AtomEnum::ATOM,
                    &[targets, list],
                )
                .unwrap();
            asked.property
        } else {
            x11rb::NONE
        };
        let told = SelectionNotifyEvent {
            response_type: SELECTION_NOTIFY_EVENT,
            sequence: 0,
            time: asked.time,
            requestor: asked.requestor,
            selection: asked.selection,
            target: asked.target,
            property,
        };
        self.display
            .send_event(false, asked.requestor, EventMask::NO_EVENT, told)
            .unwrap();
        self.display.flush().unwrap();
    }
}
