//! What a copy would write, and whether that replaces something in an account that is marked as production.

use futures::TryStreamExt;
use hatrack_aws::s3::{Guard, ObjectRef, S3Failure};
use hatrack_core::bucket::S3Location;
use hatrack_core::bucket::transfer::Only;
use serde::Serialize;

use super::access::Open;
use super::options::Options;
use crate::failure::Failure;
use crate::out;

/// Asks once more before something in production is replaced; what is new takes nothing away.
pub async fn agreed(options: &Options, target: &Open, to: &S3Location, many: bool) -> Result<(), Failure> {
    let harmless = options.guard() == Guard::OnlyNew;
    if harmless || options.meant.yes || target.production.is_none() {
        return Ok(());
    }
    let replaced = match many {
        true => holds_something(target, to).await,
        false => is_there(target, to).await,
    };
    match (replaced, many) {
        (Ok(false), _) => Ok(()),
        // Who may not look may still replace.
        (_, true) => options.meant.agreed(
            target,
            &format!("write below {to}, and replace what is there under the same names"),
        ),
        (_, false) => options.meant.agreed(target, &format!("replace {to}")),
    }
}

async fn is_there(target: &Open, to: &S3Location) -> Result<bool, S3Failure> {
    let object = ObjectRef {
        bucket: to.bucket.clone(),
        key: to.key.clone(),
        version_id: None,
    };
    match target.s3.head_of(&object).await {
        Ok(_) => Ok(true),
        Err(S3Failure::NotFound { .. }) => Ok(false),
        Err(other) => Err(other),
    }
}

async fn holds_something(target: &Open, to: &S3Location) -> Result<bool, S3Failure> {
    let page = target.s3.page(&to.bucket, &to.key, None).await?;
    Ok(!page.folders.is_empty() || !page.objects.is_empty())
}

/// One file or object that would be copied.
#[derive(Debug, Serialize)]
pub struct Would {
    /// From where.
    pub from: String,
    /// To where.
    pub to: String,
    /// Its bytes.
    pub size: Option<u64>,
}

/// What lies below a prefix and is meant; `to` makes the target of a name.
pub async fn below(
    open: &Open,
    from: &S3Location,
    only: &Only,
    to: impl Fn(&str) -> String,
) -> Result<Vec<Would>, S3Failure> {
    let all: Vec<_> = open.s3.walk(from, None).try_collect().await?;
    let would = all.into_iter().filter_map(|found| {
        let name = found.key.strip_prefix(&from.key).unwrap_or(&found.key);
        only.takes(name).then(|| Would {
            from: format!("s3://{}/{}", from.bucket, found.key),
            to: to(name),
            size: Some(found.size),
        })
    });
    Ok(would.collect())
}

/// Tells it, one a line.
pub fn tell(would: &[Would], json: bool) -> Result<(), Failure> {
    if json {
        return out::json(would);
    }
    let lines = would
        .iter()
        .map(|one| format!("{} -> {}\n", one.from.escape_debug(), one.to.escape_debug()));
    out::print(&lines.collect::<String>())?;
    out::note(&format!("{} would be copied; nothing was", would.len()));
    Ok(())
}
