//! The Windows command prompt: Microsoft's command reference, "set" and "cmd".
//!
//! In `set "NAME=value"` the quotes keep `& | < > ^ ( )` literal. Nothing keeps `%` literal at a prompt (doubling
//! it works in batch files only), `!` depends on delayed expansion, a quote ends the quotes, and what is not ASCII
//! goes through the console's code page, whose best fit turns “ into a quote. All these are refused.

use super::statement::{Frame, UnsetFrame};

pub(super) const SET: Frame = Frame {
    before: "set \"",
    between: "=",
    after: "\"",
};
pub(super) const UNSET: UnsetFrame = UnsetFrame {
    before: "set \"",
    after: "=\"",
};

pub(super) fn takes(c: char) -> bool {
    (c == ' ' || c.is_ascii_graphic()) && !matches!(c, '%' | '!' | '"')
}
