//! What a job can do, and what it cannot.

use super::super::transfer::LARGEST_COPY;

/// A job cannot make these names.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "S3 Batch Operations keeps each key whole and can only put a folder before it: \"{}\" cannot become \"{}\". Choose a \
     target that ends in \"{}\", or copy without a job", from.escape_debug(), to.escape_debug(), from.escape_debug()
)]
pub struct NotByBatch {
    from: String,
    to: String,
}

/// What a job puts before each key so that what is below `from` comes to be below `to`; `None` for nothing. The job puts a
/// slash between the two.
///
/// Source: Amazon S3 API Reference, "S3CopyObjectOperation", `TargetKeyPrefix`.
pub fn target_prefix(from: &str, to: &str) -> Result<Option<String>, NotByBatch> {
    let no = || NotByBatch {
        from: from.to_owned(),
        to: to.to_owned(),
    };
    match to.strip_suffix(from).ok_or_else(no)? {
        "" => Ok(None),
        before => Ok(Some(
            before
                .strip_suffix('/')
                .filter(|folder| !folder.is_empty())
                .ok_or_else(no)?
                .to_owned(),
        )),
    }
}

/// Whether a job copies an object of this size: it does so in one request.
pub fn suits(size: u64) -> bool {
    size <= LARGEST_COPY
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_job_can_only_put_a_folder_before_whole_keys() {
        let made = |from, to| target_prefix(from, to).ok();
        assert_eq!(made("", ""), Some(None));
        assert_eq!(made("a/", "a/"), Some(None));
        assert_eq!(made("", "x/"), Some(Some("x".to_owned())));
        assert_eq!(made("a/", "x/y/a/"), Some(Some("x/y".to_owned())));
        for (from, to) in [("a/", "b/"), ("a/", ""), ("a/", "xa/"), ("a/", "/a/")] {
            assert_eq!(made(from, to), None, "{from} {to}");
        }
    }
}
