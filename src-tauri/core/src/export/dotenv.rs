//! `.env` files have no standard: Docker takes quotes as part of the value, dotenv libraries strip them, some
//! expand `$`. Only characters that every reader takes literally without quotes are written; AWS's own values hold
//! no others.

use super::statement::Frame;

pub(super) const SET: Frame = Frame {
    before: "",
    between: "=",
    after: "",
};

pub(super) fn takes(c: char) -> bool {
    c.is_ascii_alphanumeric() || "_-+/=:.,@".contains(c)
}
