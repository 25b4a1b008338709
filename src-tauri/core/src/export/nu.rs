//! Nushell: its book, "Working with Strings": a double-quoted string knows the escapes of C and expands nothing
//! (only `$"…"` does); and "Environment": `$env.NAME = …`, `hide-env`.

use super::statement::{Frame, UnsetFrame};

pub(super) const SET: Frame = Frame {
    before: "$env.",
    between: " = \"",
    after: "\"",
};
pub(super) const UNSET: UnsetFrame = UnsetFrame {
    before: "hide-env --ignore-errors ",
    after: "",
};

pub(super) fn escape(c: char, into: &mut String) {
    if matches!(c, '"' | '\\') {
        into.push('\\');
    }
    into.push(c);
}
