//! PowerShell: "about_Quoting_Rules": between single quotes nothing is expanded, and a doubled quote is one quote.
//! The language specification (2.3.5.2) counts U+2018 to U+201B as single quotes too, so each of them is doubled.

use super::statement::{Frame, UnsetFrame};

pub(super) const SET: Frame = Frame {
    before: "$env:",
    between: " = '",
    after: "'",
};
// `Ignore` leaves no trace in `$Error` where the variable was not set ("about_CommonParameters").
pub(super) const UNSET: UnsetFrame = UnsetFrame {
    before: "Remove-Item -LiteralPath Env:",
    after: " -ErrorAction Ignore",
};

pub(super) fn escape(c: char, into: &mut String) {
    if matches!(c, '\'' | '\u{2018}'..='\u{201B}') {
        into.push(c);
    }
    into.push(c);
}
