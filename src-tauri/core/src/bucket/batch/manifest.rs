//! The list of objects that a job works on.

use std::fmt::Write as _;

/// What a row of the manifest has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fields {
    /// The bucket and the key: what is current when the job comes to it.
    Current,
    /// The version's ID too.
    Versions,
}

impl Fields {
    /// Their names, as CreateJob takes them.
    pub fn names(self) -> &'static [&'static str] {
        match self {
            Self::Current => &["Bucket", "Key"],
            Self::Versions => &["Bucket", "Key", "VersionId"],
        }
    }
}

/// A row of CSV, with its end. Keys are escaped as in addresses, so that nothing in one ends a field or a row.
///
/// Source: Amazon S3 User Guide, "Specifying a manifest".
pub fn row(bucket: &str, key: &str, version: Option<&str>) -> String {
    let mut row = format!("{bucket},");
    for byte in key.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                row.push(char::from(byte));
            }
            // Writing into a string cannot fail.
            other => drop(write!(row, "%{other:02X}")),
        }
    }
    if let Some(version) = version {
        row.push(',');
        row.push_str(version);
    }
    row.push('\n');
    row
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_row_is_as_the_guide_has_it() {
        assert_eq!(row("example-bucket", "a b/c", None), "example-bucket,a%20b/c\n");
        assert_eq!(
            row(
                "example-bucket",
                "objectkey1",
                Some("PZ9ibn9D5lP6p298B7S9_ehqx1n5EJ0p")
            ),
            "example-bucket,objectkey1,PZ9ibn9D5lP6p298B7S9_ehqx1n5EJ0p\n"
        );
    }

    proptest! {
        #[test]
        fn no_key_breaks_out_of_its_field(key in "\\PC{0,40}|[\\x00-\\x1f,\"%+ ]{0,20}") {
            let row = row("b", &key, None);
            prop_assert_eq!(row.matches(['\n', ',']).count(), 2);
            prop_assert!(!row.contains('"') && row.is_ascii());
        }
    }
}
