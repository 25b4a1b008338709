//! What stands in an encoded authorization message.

use hatrack_core::doctor::{How, Seen, Viewer};

use super::{AwsEyes, why};

impl AwsEyes {
    /// Asks STS, which tells it to who may know.
    pub(super) async fn decoded(&self, viewer: &Viewer, encoded: Option<&str>) -> Seen<String> {
        let Some(encoded) = encoded else {
            return Seen::NotAsked;
        };
        match self
            .sts
            .decode_message(&viewer.sts, &viewer.credentials, encoded)
            .await
        {
            Ok(text) => Seen::Known(text, How::Read),
            Err(failure) => Seen::Refused(why(&failure)),
        }
    }
}
