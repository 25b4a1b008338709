//! fish: its documentation, "The fish language", "Quotes": between single quotes only `\'` and `\\` are escapes.

use super::statement::{Frame, UnsetFrame};

pub(super) const SET: Frame = Frame {
    before: "set -gx ",
    between: " '",
    after: "'",
};
pub(super) const UNSET: UnsetFrame = UnsetFrame {
    before: "set -e ",
    after: "",
};

pub(super) fn escape(c: char, into: &mut String) {
    if matches!(c, '\'' | '\\') {
        into.push('\\');
    }
    into.push(c);
}
