//! JSON: RFC 8259, section 7. Everything can be written; control characters by their escapes.

use std::fmt::Write;

use super::statement::{Frame, UnsetFrame};

pub(super) const SET: Frame = Frame {
    before: "  \"",
    between: "\": \"",
    after: "\"",
};
pub(super) const UNSET: UnsetFrame = UnsetFrame {
    before: "  \"",
    after: "\": null",
};

pub(super) fn escape(c: char, into: &mut String) {
    match c {
        '"' => into.push_str("\\\""),
        '\\' => into.push_str("\\\\"),
        c if u32::from(c) < 0x20 => {
            // Writing into a String cannot fail.
            let _ = write!(into, "\\u{:04x}", u32::from(c));
        }
        c => into.push(c),
    }
}
