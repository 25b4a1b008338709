//! bash, zsh, dash, ksh: POSIX.1-2024, Shell Command Language, 2.2.2 "Single-Quotes": everything between them is
//! literal, and a single quote cannot stand between them. History expansion (`!`) does not look there either.

use super::statement::{Frame, UnsetFrame};

pub(super) const SET: Frame = Frame {
    before: "export ",
    between: "='",
    after: "'",
};
pub(super) const UNSET: UnsetFrame = UnsetFrame {
    before: "unset ",
    after: "",
};

pub(super) fn escape(c: char, into: &mut String) {
    match c {
        // Closes the quotes, adds a quote of its own, opens them again.
        '\'' => into.push_str(r"'\''"),
        c => into.push(c),
    }
}
